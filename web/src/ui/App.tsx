import { useEffect } from 'preact/hooks';
import { LazyDock } from './LazyDock';
import { Lazy } from './Lazy';
import { embed } from '../app';
import { isHelp } from '../input/keys';
import { capturing, health, helpOpen, live, panel, past, sceneError, shareOpen, signingIn } from '../state';
import { drawn, layout } from '../tiles/layout';
import { Announcer } from './Announcer';
import { DropZone } from './DropZone';
import { Overlay } from './Overlay';
import { Stage } from './Stage';
import { StageNotes } from './StageNotes';
import { Toasts } from './Toasts';
import { Toolbar } from './Toolbar';
import { TopBar } from './TopBar';

export function App() {
  useEffect(watchKeys, []);
  return (
    <>
      <main class="shell">
        <Stage />
        <Overlay />
        <Announcer />
        {!embed && (
          <>
            <TopBar />
            <div class="under-bar">
              <StageNotes />
              <div class="banners">
                {capturing.value !== null && <Lazy load={() => import('../share/CaptureNote').then((m) => m.CaptureNote)} />}
                <div class="banners" role="status" aria-live="polite">
                  {live.value && health.value && <Lazy load={() => import('./Notices').then((m) => m.Notices)} />}
                </div>
              </div>
            </div>
            {past.value && <Lazy load={() => import('./HistoryBar').then((m) => m.HistoryBar)} />}
            <Toolbar />
            <DropZone />
            {layout.value !== 'one' && <Lazy load={() => import('../tiles/Tiles').then((m) => m.Tiles)} />}
            {drawn.value !== 'colour' && <Lazy load={() => import('../tiles/Legend').then((m) => m.Legend)} />}
          </>
        )}
        <Toasts />
      </main>
      {!embed && <LazyDock />}
      {signingIn.value && <Lazy load={() => import('./SignIn').then((m) => m.SignIn)} />}
      {helpOpen.value && <Lazy load={() => import('./Help').then((m) => m.Help)} />}
      {shareOpen.value && <Lazy load={() => import('../share/Share').then((m) => m.Share)} />}
      {sceneError.value && <Lazy load={() => import('./SceneErrorDialog').then((m) => m.SceneErrorDialog)} />}
    </>
  );
}

/** Keys that work wherever the focus is. */
function watchKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (embed || !isHelp(event) || (typing && event.key === '?')) return;
    event.preventDefault();
    panel.value = null;
    helpOpen.value = true;
  };
  const stop = new AbortController();
  const { signal } = stop;
  const tabbing = (on: boolean) => document.documentElement.toggleAttribute('data-tabbing', on);
  window.addEventListener('keydown', onKey, { signal });
  const pads = () => void import('../gamepad/pad').then((pad) => pad.look());
  if (!embed) window.addEventListener('gamepadconnected', pads, { signal });
  window.addEventListener('keydown', (e) => e.key === 'Tab' && tabbing(true), { signal, capture: true });
  window.addEventListener('pointerdown', () => tabbing(false), { signal, capture: true });
  return () => stop.abort();
}
