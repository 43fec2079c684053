/** Takes the daemon's state messages and shows them at a pace that eyes can follow. */

import type { SimState } from './protocol/server';
import { glance, seekingTo, sim, timestep_s } from './state';
import { timestep } from './timeline';

/** Drawing what moves 30 times a second costs a weak machine dear. */
const SHOW_EVERY_MS = 100;
/** Digits are read no faster, and each change of them is a layout and a paint. */
const READ_EVERY_MS = 250;

let newest: SimState = {};
let timer = 0;
let reading = 0;

/** The newest state, every message merged: the daemon may send only what changed. */
export function latestState(): SimState {
  return newest;
}

/** Takes a message. What a control shows appears at once, what moves ten times a second, figures four times. */
export function takeState(next: SimState): void {
  const before = newest;
  newest = { ...before, ...next };
  timestep_s.value = timestep(before, newest) ?? timestep_s.peek();
  if (controlsDiffer(before, newest)) {
    show();
    tell();
    return;
  }
  if (timer === 0) timer = window.setTimeout(show, SHOW_EVERY_MS);
  if (reading === 0) reading = window.setTimeout(tell, READ_EVERY_MS);
}

function controlsDiffer(a: SimState, b: SimState): boolean {
  return a.paused !== b.paused || a.speed !== b.speed || a.camera?.name !== b.camera?.name
    || a.selected?.body !== b.selected?.body || a.selected?.held !== b.selected?.held
    || a.history?.cursor !== b.history?.cursor || seekingTo.peek() !== null;
}

function show(): void {
  window.clearTimeout(timer);
  timer = 0;
  sim.value = newest;
}

function tell(): void {
  window.clearTimeout(reading);
  reading = 0;
  glance.value = newest;
}
