/** Which further views there are, and what they do. */

import { computed, effect, signal } from '@preact/signals';
import { run } from '../app';
import { read, write } from '../preferences';
import { cameraName, cameras, live, sim } from '../state';
import { FURTHER, layout, setLayout } from './layout';
import { chosenOf, FREE, filled, mainSource, sources, swapped } from './sources';

const KEY = 'mjcast.views';
const chosen = signal<readonly string[]>(chosenOf(read(KEY)));

const free = computed(() => sim.value.camera?.azimuth !== undefined);
export const all = computed(() => sources(cameras.value));
export const main = computed(() => mainSource(all.value, cameraName.value, free.value));
/** What the main view showed when the others were chosen: another camera in it must not change them. */
const began = signal(FREE.key);
effect(() => {
  void layout.value;
  void all.value;
  if (live.value) began.value = main.peek();
});
export const shown = computed(() => filled(chosen.value, all.value, began.value, FURTHER[layout.value]));

/** A page is as good as left while it is hidden for long, and pictures for nobody cost the daemon as much. */
const HIDDEN_FOR_MS = 10_000;
export const awake = signal(true);
let hiding = 0;
window.addEventListener('pagehide', () => (awake.value = false));
window.addEventListener('pageshow', () => (awake.value = true));
document.addEventListener('visibilitychange', () => {
  window.clearTimeout(hiding);
  if (document.visibilityState === 'visible') awake.value = true;
  else hiding = window.setTimeout(() => (awake.value = false), HIDDEN_FOR_MS);
});

function choose(keys: readonly string[]): void {
  chosen.value = keys;
  write(KEY, JSON.stringify(keys));
}

export function show(slot: number, key: string): void {
  choose(shown.peek().map((source, at) => (at === slot ? key : source.key)));
}

/** Makes the view in `slot` the main one. */
export async function enlarge(slot: number): Promise<void> {
  const source = shown.peek()[slot];
  if (!source) return;
  const before = main.peek();
  const after = swapped(shown.peek(), slot, before);
  const done = source.from ? await run('set_camera_preset', { preset: source.from.side }) : await run('use_camera', source.use);
  if (done) choose(after);
}

/** Drops the view in `slot`: of four, the one that is left is an inset. */
export function drop(slot: number): void {
  const kept = shown.peek().filter((_, at) => at !== slot);
  choose(kept.map(({ key }) => key));
  setLayout(kept.length === 0 ? 'one' : 'inset');
}
