import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';

/** Below this the editor covers the page: both would be too narrow. */
const BESIDE = '(min-width: 1000px)';
const WIDTH_KEY = 'mjcast.editor.width';
const LEAST = 380;
/** What the picture keeps, beside the panels where they are open. */
const LEFT = 520;
const STEP = 24;

const width = signal(restored());

/** The line between the editor and the picture, to be moved by hand or by arrow keys. */
export function Splitter() {
  useEffect(() => {
    const page = document.documentElement;
    page.dataset['editor'] = 'open';
    const lay = () => page.style.setProperty('--editor-width', `${fit(width.peek())}px`);
    lay();
    window.addEventListener('resize', lay);
    const panels = new MutationObserver(lay);
    panels.observe(page, { attributeFilter: ['data-dock'] });
    return () => {
      panels.disconnect();
      window.removeEventListener('resize', lay);
      delete page.dataset['editor'];
      page.style.removeProperty('--editor-width');
    };
  }, []);
  return (
    <div
      class="editor-split" role="separator" aria-orientation="vertical" aria-label="Width of the editor" tabIndex={0}
      aria-valuenow={Math.round(width.value)} aria-valuemin={LEAST} aria-valuemax={most()}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && move(event.clientX)}
      onPointerUp={keep}
      onDblClick={() => { move(usual()); keep(); }}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        move(width.peek() + by);
        keep();
      }}
    />
  );
}

export function isBeside(): boolean {
  return window.matchMedia(BESIDE).matches;
}

function move(to: number): void {
  width.value = fit(to);
  document.documentElement.style.setProperty('--editor-width', `${width.peek()}px`);
}

function fit(wanted: number): number {
  return Math.max(LEAST, Math.min(wanted, most()));
}

function most(): number {
  const dock = document.querySelector('.dock:not([hidden])')?.clientWidth ?? 0;
  return Math.max(LEAST, window.innerWidth - dock - LEFT);
}

function usual(): number {
  return Math.round(Math.min(680, window.innerWidth * 0.44));
}

function restored(): number {
  try {
    const kept = Number(localStorage.getItem(WIDTH_KEY));
    return kept >= LEAST ? kept : usual();
  } catch {
    return usual();
  }
}

function keep(): void {
  try {
    localStorage.setItem(WIDTH_KEY, String(Math.round(width.peek())));
  } catch {
    /* forgotten */
  }
}
