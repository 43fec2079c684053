import { toasts, type Toast } from './state';

const SHOWN_MS = 6_000;
/** More at once hide the picture. */
const MOST_SHOWN = 3;
let next = 1;

/** Shows a sentence for a while; one that is already shown is not repeated. */
export function toast(kind: Toast['kind'], text: string, action?: Toast['action']): void {
  if (toasts.value.some((t) => t.text === text)) return;
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
