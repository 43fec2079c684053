import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { panel, type Panel } from '../state';

interface PopoverProps {
  name: Panel;
  /** The accessible name of the panel, and of the button unless that has words. */
  label: string;
  /** What the button is for, where it shows words: those begin its accessible name, as who speaks to it reads them. */
  use?: string;
  /** Shown as a tip; the label when absent. */
  tip?: string;
  class?: string;
  panelClass?: string;
  buttonId?: string;
  tipBelow?: boolean;
  /** Stays open while the stage is used: what it shows is about that. */
  stays?: boolean;
  /** What the button shows. */
  button: ComponentChildren;
  children: ComponentChildren;
}

/** A button and the panel that it opens; one panel is open at a time. */
export function Popover(props: PopoverProps) {
  const { name, label, stays = false } = props;
  const root = useRef<HTMLDivElement>(null);
  const open = panel.value === name;
  // With the panel itself, not a frame later: an Escape in between would find nobody who listens.
  useLayoutEffect(() => (open && root.current ? whileOpen(root.current, stays) : undefined), [open]);
  return (
    <div class={`pop ${props.class ?? ''}`} ref={root}>
      <button
        type="button"
        id={props.buttonId}
        class="pop-button"
        aria-label={props.use ? undefined : label}
        aria-haspopup="dialog"
        aria-expanded={open}
        data-tip={open ? undefined : (props.tip ?? label)}
        data-tip-side={props.tipBelow ? 'below' : 'above'}
        onClick={() => (panel.value = open ? null : name)}
      >
        {props.button}
        {props.use && <span class="sr-only">{props.use}</span>}
      </button>
      {open && (
        <div class={`pop-panel surface ${props.panelClass ?? ''}`} role="dialog" aria-label={label} tabIndex={-1}>
          {props.children}
        </div>
      )}
    </div>
  );
}

/** Closes the open panel and returns the focus to its button. */
export function closePanel(): void {
  const button = document.querySelector<HTMLElement>('.pop-button[aria-expanded="true"]');
  panel.value = null;
  button?.focus({ preventScroll: true });
}

/** Moves the focus into the panel, closes it on Escape and outside presses, walks it with the arrow keys. */
function whileOpen(root: HTMLElement, stays: boolean): () => void {
  const inside = root.querySelector<HTMLElement>('.pop-panel');
  const first = () => inside?.querySelector<HTMLElement>('[data-first]') ?? inside?.querySelector<HTMLElement>('button, input');
  (first() ?? inside)?.focus({ preventScroll: true });
  // What is still being fetched is focused when it is there, if the focus still waits for it.
  const fetched = new MutationObserver(() => {
    if (!first()) return;
    fetched.disconnect();
    if (document.activeElement === inside) first()?.focus({ preventScroll: true });
  });
  if (inside && !first()) fetched.observe(inside, { childList: true, subtree: true });

  const stop = new AbortController();
  const leaveFor = (target: EventTarget | null) => {
    if (!(target instanceof Element) || root.contains(target)) return;
    if (!(stays && target.closest('#stage'))) panel.value = null;
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      closePanel();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      walk(root, event);
    }
  };
  window.addEventListener('pointerdown', (e) => leaveFor(e.target), { capture: true, signal: stop.signal });
  root.addEventListener('focusout', (e) => leaveFor(e.relatedTarget), { signal: stop.signal });
  root.addEventListener('keydown', key, { signal: stop.signal });
  return () => {
    fetched.disconnect();
    stop.abort();
  };
}

function walk(root: HTMLElement, event: KeyboardEvent): void {
  const stops = [...root.querySelectorAll<HTMLElement>('.pop-panel :is(button, input):not(:disabled)')];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (stops.length === 0 || at < 0) return;
  event.preventDefault();
  const next = at + (event.key === 'ArrowDown' ? 1 : -1);
  stops[(next + stops.length) % stops.length]?.focus();
}
