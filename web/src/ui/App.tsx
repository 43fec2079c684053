import { useEffect } from 'preact/hooks';
import { embed } from '../app';
import { isHelp } from '../input/keys';
import { helpOpen, panel } from '../state';
import { Announcer } from './Announcer';
import { DropZone } from './DropZone';
import { Help } from './Help';
import { HistoryBar } from './HistoryBar';
import { Overlay } from './Overlay';
import { SceneErrorDialog } from './SceneErrorDialog';
import { Stage } from './Stage';
import { StageNotes } from './StageNotes';
import { Toasts } from './Toasts';
import { Toolbar } from './Toolbar';
import { TopBar } from './TopBar';

export function App() {
  useEffect(watchKeys, []);
  return (
    <>
      <Stage />
      <Overlay />
      <Announcer />
      {!embed && (
        <>
          <TopBar />
          <StageNotes />
          <HistoryBar />
          <Toolbar />
          <DropZone />
          <Help />
          <SceneErrorDialog />
        </>
      )}
      <Toasts />
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
  window.addEventListener('keydown', (e) => e.key === 'Tab' && tabbing(true), { signal, capture: true });
  window.addEventListener('pointerdown', () => tabbing(false), { signal, capture: true });
  return () => stop.abort();
}
