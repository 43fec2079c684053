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

const KEYS_KEY = 'mjcast.keys';

/** Whether single letters and digits switch what is shown, as in `simulate`. */
export const flagKeys = signal(read(KEYS_KEY) !== 'off');

export function setFlagKeys(on: boolean): void {
  flagKeys.value = on;
  write(KEYS_KEY, on ? 'on' : 'off');
}

const DOCK_KEY = 'mjcast.dock';
const SECTIONS_KEY = 'mjcast.sections';

/** Whether the panels are open, and which of them. */
export const dockOpen = signal(read(DOCK_KEY) === 'open');
export const sections = signal<readonly string[]>((read(SECTIONS_KEY) ?? 'view,controls').split(',').filter(Boolean));

export function setDock(open: boolean): void {
  dockOpen.value = open;
  write(DOCK_KEY, open ? 'open' : 'closed');
}

export function setSections(open: readonly string[]): void {
  sections.value = open;
  write(SECTIONS_KEY, open.join(','));
}

// Storage may be denied (private windows, embedded pages); the page then forgets.
export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* forgotten */
  }
}
