/** How many views the window shows, and how this viewer's picture is drawn. Small: the page begins with it. */

import { computed, signal } from '@preact/signals';
import { run } from '../app';
import { fields, flag, type Fields } from '../protocol/fields';
import { read, write } from '../preferences';
import { shownFlags } from '../state';

export type Layout = 'one' | 'inset' | 'four';

/** Views beside the main one. */
export const FURTHER: Record<Layout, number> = { one: 0, inset: 1, four: 3 };

const KEY = 'mjcast.layout';

export function layoutOf(stored: string | null): Layout {
  return stored === 'inset' || stored === 'four' ? stored : 'one';
}

export const layout = signal<Layout>(layoutOf(read(KEY)));

export function setLayout(next: Layout): void {
  layout.value = next;
  write(KEY, next);
}

export type Drawn = 'colour' | 'depth' | 'segments' | 'ids' | 'buffer';

/** Whether depth is measured and shown in colours; the daemon's flag shows the bare depth buffer. */
const measuring = signal(false);

/** What a picture shows, as the daemon told: its depth buffer goes before all else, as it does there. */
export function drawnAs(told: Fields): Exclude<Drawn, 'depth'> {
  const render = fields(told['render']) ?? {};
  const on = (name: string) => flag(render[name]) ?? false;
  if (on('DEPTH')) return 'buffer';
  if (!on('SEGMENT')) return 'colour';
  return on('IDCOLOR') ? 'ids' : 'segments';
}

/** What `set_flags` takes to draw so. */
export function drawing(as: Drawn): { render: Record<string, boolean> } {
  return { render: { DEPTH: as === 'buffer', SEGMENT: as === 'segments' || as === 'ids', IDCOLOR: as === 'ids' } };
}

export const drawn = computed<Drawn>(() => (measuring.value ? 'depth' : drawnAs(shownFlags.value)));

/** How this viewer's picture is drawn from now on. */
export function draw(as: Drawn): void {
  measuring.value = as === 'depth';
  if (drawnAs(shownFlags.peek()) !== (as === 'depth' ? 'colour' : as)) void run('set_flags', drawing(as));
}
