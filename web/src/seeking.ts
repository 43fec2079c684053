/** Goes through the history of the simulation. */

import type { Outcome } from './connection/commands';
import type { Run } from './protocol/client';
import * as state from './state';
import { hasPast, LatestWins, place } from './timeline';

/** More places a second than this cannot be told apart. */
const SEEK_EVERY_MS = 60;
/** A place that was not reached within this will not be. */
const ARRIVE_WITHIN_MS = 1_000;

let run: Run<Outcome> = () => Promise.resolve({ ok: false, error: '' });
let refused: (error: string) => void = () => undefined;
let giveUp = 0;

/** Hands over the way to the daemon, and what to do with a refusal. */
export function connectSeeking(way: Run<Outcome>, tell: (error: string) => void): void {
  run = way;
  refused = tell;
}

const seeks = new LatestWins<number>(go, () => new Promise((resolve) => window.setTimeout(resolve, SEEK_EVERY_MS)));

/** Takes the simulation to a step of the timeline; only the newest of several counts. */
export function seekTo(tick: number): void {
  window.clearTimeout(giveUp);
  state.seekingTo.value = tick;
  void seeks.push(tick).then(settleSoon);
}

/** By so many steps along the history; forward from its end, the simulation takes a step. */
export async function stepBy(steps: number): Promise<void> {
  const { value: history } = state.history;
  const at = state.seekingTo.peek() ?? (history ? place(history) : 0);
  if (hasPast(history) && (steps < 0 || at < history.last)) {
    seekTo(Math.min(history.last, Math.max(history.first, at + steps)));
  } else if (steps > 0) {
    const outcome = await run('step', { steps });
    if (!outcome.ok) refused(outcome.error);
  }
}

async function go(tick: number): Promise<void> {
  const outcome = await run('seek', { tick });
  if (outcome.ok) return;
  state.seekingTo.value = null;
  refused(outcome.error);
}

/** Shows the place that was asked for until the simulation tells that it is there. */
function settleSoon(): void {
  window.clearTimeout(giveUp);
  giveUp = window.setTimeout(() => (state.seekingTo.value = null), ARRIVE_WITHIN_MS);
}

/** To be called with every place that the simulation tells of. */
export function arrived(tick: number | undefined): void {
  if (tick !== state.seekingTo.peek() || !seeks.idle) return;
  window.clearTimeout(giveUp);
  state.seekingTo.value = null;
}
