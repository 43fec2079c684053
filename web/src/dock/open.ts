/** Opens sections from elsewhere. */

import { signal } from '@preact/signals';
import { dockOpen, sections, setDock, setSections } from '../preferences';

/** A section that is to be brought into sight, and within it the place; counted so that the same may be asked twice. */
export const wanted = signal<{ id: string; place: string | undefined; count: number } | null>(null);

export function open(id: string, place?: string): void {
  // The last is the one that a phone shows.
  setSections([...sections.peek().filter((other) => other !== id), id]);
  if (!dockOpen.peek()) setDock(true);
  wanted.value = { id, place, count: (wanted.peek()?.count ?? 0) + 1 };
}
