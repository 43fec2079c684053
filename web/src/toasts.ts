import { log, toasts, type Entry, type Toast } from './state';

const SHOWN_MS = 6_000;
/** More at once hide the picture. */
const MOST_SHOWN = 3;
/** Lines of the log that are kept. */
const MOST_KEPT = 200;
let next = 1;

/** Writes a line into the log; the same twice in a row is one. */
export function note(kind: Entry['kind'], text: string): void {
  const before = log.peek();
  if (before.at(-1)?.text === text) return;
  log.value = [...before, { at: new Date(), kind, text }].slice(-MOST_KEPT);
}

let flashed = '';

/** Shows a sentence in place of the one before: they come as fast as keys are pressed. */
export function flash(text: string, action?: Toast['action']): void {
  toasts.value = toasts.value.filter((t) => t.text !== flashed);
  flashed = text;
  toast('info', text, action);
}

/** Shows a sentence for a while; one that is already shown is not repeated. */
export function toast(kind: Toast['kind'], text: string, action?: Toast['action']): void {
  if (toasts.value.some((t) => t.text === text)) return;
  note(kind === 'error' ? 'error' : 'info', text);
  const id = next++;
  // Whose turn it is has one answer at a time.
  const others = toasts.value.filter((t) => kind !== 'turn' || t.kind !== 'turn');
  toasts.value = [...others, { id, kind, text, action }].slice(-MOST_SHOWN);
  window.setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((t) => t.id !== id);
}

/** Takes away what was said about whose turn it is. */
export function dismissTurn(): void {
  if (toasts.value.some((t) => t.kind === 'turn')) toasts.value = toasts.value.filter((t) => t.kind !== 'turn');
}
