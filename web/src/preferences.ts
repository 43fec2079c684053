/** What the page remembers on this device. */

import { signal } from '@preact/signals';
import { RUNGS, type Choice } from './connection/ladder';

export type Theme = 'auto' | 'light' | 'dark';

const THEME_KEY = 'mjcast.theme';

/** Automatic follows the system. */
export const theme = signal<Theme>('auto');

export function restoreTheme(): void {
  const stored = read(THEME_KEY);
  setTheme(stored === 'light' || stored === 'dark' ? stored : 'auto');
}

export function setTheme(next: Theme): void {
  theme.value = next;
  if (next === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  write(THEME_KEY, next);
}

const VIA_KEY = 'mjcast.via';

/** By which way the picture is wanted; automatic takes the best that works. */
export const via = signal<Choice>('auto');

export function restoreVia(): Choice {
  const stored = read(VIA_KEY);
  via.value = RUNGS.find((rung) => rung === stored) ?? 'auto';
  return via.value;
}

export function setVia(next: Choice): void {
  via.value = next;
  write(VIA_KEY, next);
}

// Storage may be denied (private windows, embedded pages); the page then forgets.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* forgotten */
  }
}
