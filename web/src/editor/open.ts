/** The way into authoring from the page: nothing of it is loaded before it is wanted. */

import { signal } from '@preact/signals';
import { toast } from '../toasts';

export interface Begin {
  /** A text to begin with, in place of what runs. */
  text?: string;
  /** Whether it is first compared with what runs. */
  compare?: boolean;
}

/** Whether the editor is open, and what it begins with. */
export const editing = signal<Begin | null>(null);

const OPEN_KEY = 'mjcast.editor';

export function openEditor(begin: Begin = {}): void {
  void authoring().then((parts) => {
    if (!parts) return;
    editing.value = begin;
    remember(true);
  });
}

export function toggleEditor(): void {
  if (editing.peek()) closeEditor();
  else openEditor();
}

export function closeEditor(): void {
  editing.value = null;
  remember(false);
}

/** Opens the editor again where it was open when the page was left. */
export function reopenEditor(): void {
  if (remembered()) openEditor();
}

/** Takes files that were dropped or chosen. */
export function takeFiles(given: Given): void {
  void authoring().then((parts) => parts?.take(given));
}

/** What a drop gives: entries where the browser knows folders, else files. */
export interface Given {
  entries: FileSystemEntry[];
  files: File[];
}

type Parts = typeof import('./mount');

async function authoring(): Promise<Parts | null> {
  try {
    const parts = await import('./mount');
    parts.mount();
    return parts;
  } catch {
    toast('error', 'This part of the page could not be loaded. Reload the page and try again.');
    return null;
  }
}

// Storage may be denied; the page then forgets.
function remember(open: boolean): void {
  try {
    if (open) sessionStorage.setItem(OPEN_KEY, 'open');
    else sessionStorage.removeItem(OPEN_KEY);
  } catch {
    /* forgotten */
  }
}

function remembered(): boolean {
  try {
    return sessionStorage.getItem(OPEN_KEY) !== null;
  } catch {
    return false;
  }
}
