/** Places on the timeline of a simulation, and the way to them. Pure. */

import type { History, SimState } from './protocol/server';

/** Where the simulation is, in steps along the timeline. */
export function place(history: History): number {
  return Math.min(history.last, Math.max(history.first, history.cursor ?? history.last));
}

/** Whether there is anything to go back to. */
export function hasPast(history: History | null | undefined): history is History {
  return !!history && history.last > history.first;
}

/** The simulated time of one step, s, where two states tell of it; a reset between them tells nothing. */
export function timestep(before: SimState, after: SimState): number | undefined {
  const steps = (after.tick ?? 0) - (before.tick ?? 0);
  const time = (after.time ?? 0) - (before.time ?? 0);
  const known = before.tick !== undefined && before.time !== undefined;
  // A model's step has few digits; the difference of two times has many wrong ones.
  return known && steps > 0 && time > 0 ? Number((time / steps).toPrecision(6)) : undefined;
}

/** How far back a place is: `1.25 s back`, or in steps where their length is not known. */
export function ago(history: History, tick: number, step_s: number | undefined): string {
  const steps = history.last - tick;
  if (steps <= 0) return 'now';
  if (step_s === undefined) return `${steps} ${steps === 1 ? 'step' : 'steps'} back`;
  const time = steps * step_s;
  return `${time < 0.1 ? time.toFixed(3) : time.toFixed(2)} s back`;
}

/**
 * Passes on the newest value once the one before has been dealt with, and never more often than every
 * `every_ms`: a hand moves faster than a simulation can follow, and only where it rests matters.
 */
export class LatestWins<T> {
  readonly #act: (value: T) => Promise<unknown>;
  readonly #wait: () => Promise<unknown>;
  #waiting: { value: T } | null = null;
  #busy = false;

  constructor(act: (value: T) => Promise<unknown>, wait: () => Promise<unknown>) {
    this.#act = act;
    this.#wait = wait;
  }

  /** Resolves when nothing is left to do. */
  async push(value: T): Promise<void> {
    this.#waiting = { value };
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next: { value: T } | null; (next = this.#waiting) !== null; ) {
        this.#waiting = null;
        await Promise.all([this.#act(next.value), this.#wait()]);
      }
    } finally {
      this.#busy = false;
    }
  }

  get idle(): boolean {
    return !this.#busy;
  }
}
