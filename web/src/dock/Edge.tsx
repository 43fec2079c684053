import { useRef } from 'preact/hooks';
import { read, write } from '../preferences';
import { useSignal } from '@preact/signals';

const WIDTH_KEY = 'mjcast.dock-width';
/** Narrower, sliders cannot be set; wider, there is no picture left. */
const LEAST = 320;
const BY_KEY = 24;
/** About what the style says, for those who are told a number. */
const DEFAULT = 380;

/** The width that was chosen, px; `null`: as the style says. */
export function restoreWidth(): number | null {
  const stored = Number(read(WIDTH_KEY));
  return stored > 0 ? apply(stored) : null;
}

function apply(width: number): number {
  const most = Math.max(LEAST, Math.round(window.innerWidth * 0.6));
  const fit = Math.min(most, Math.max(LEAST, Math.round(width)));
  document.documentElement.style.setProperty('--dock-width', `${fit}px`);
  return fit;
}

/** The edge of the panels, which a hand or the arrow keys move; a double click puts it back. */
export function Edge() {
  const width = useSignal(restoreWidth());
  const held = useRef(false);
  const move = (to: number) => {
    width.value = apply(to);
    write(WIDTH_KEY, String(width.value));
  };
  const now = () => document.getElementById('dock')?.clientWidth ?? LEAST;
  return (
    <div
      class="dock-edge"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the panels"
      aria-valuenow={width.value ?? DEFAULT}
      aria-valuetext={width.value === null ? 'as wide as usual' : `${width.value} pixels`}
      aria-valuemin={LEAST}
      tabIndex={0}
      onPointerDown={(e) => {
        held.current = true;
        e.currentTarget.setPointerCapture(e.pointerId);
        e.preventDefault();
      }}
      onPointerMove={(e) => held.current && move(window.innerWidth - e.clientX)}
      onPointerUp={() => (held.current = false)}
      onPointerCancel={() => (held.current = false)}
      onDblClick={() => {
        document.documentElement.style.removeProperty('--dock-width');
        width.value = null;
        write(WIDTH_KEY, '');
      }}
      onKeyDown={(e) => {
        const by = e.key === 'ArrowLeft' ? BY_KEY : e.key === 'ArrowRight' ? -BY_KEY : 0;
        if (by === 0) return;
        e.preventDefault();
        move(now() + by);
      }}
    />
  );
}
