/** What the page remembers on this device. */

import { signal } from '@preact/signals';

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
