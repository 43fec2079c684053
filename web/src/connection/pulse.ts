/**
 * Whether a connection still carries anything. A still scene sends no pictures, so silence alone says nothing:
 * after a moment of it the other end is asked, and only a question without an answer is a stall.
 */

/** How often it is looked at. */
export const BEAT_MS = 150;
/** Silence for this long is worth a question, asked anew at every beat. */
const QUIET_MS = 150;
/** Silence for this long beside the time of an answer is a stall: some four questions went unanswered. */
const STALLED_MS = 700;
/** Beats further apart say that the page itself slept (a hidden tab, a laptop's lid), and nothing of the path. */
const ASLEEP_MS = 750;
/** No path is thought to be slower than this, ms there and back. */
const LONGEST_TRIP_MS = 1_000;

export type Beat = 'fine' | 'ask' | 'stalled';

/** Pure: time is an argument, ms. */
export class Pulse {
  #heard: number;
  #beat: number;
  /** Smoothed over some answers, ms. */
  #trip = 0;

  constructor(now_ms: number) {
    this.#heard = this.#beat = now_ms;
  }

  /** Something has arrived. */
  heard(now_ms: number): void {
    this.#heard = now_ms;
  }

  /** An answer took this long. */
  answered(trip_ms: number): void {
    this.#trip += (Math.min(LONGEST_TRIP_MS, trip_ms) - this.#trip) / 4;
  }

  beat(now_ms: number): Beat {
    if (now_ms - this.#beat > ASLEEP_MS) this.#heard = now_ms;
    this.#beat = now_ms;
    const quiet = now_ms - this.#heard;
    if (quiet >= STALLED_MS + this.#trip) return 'stalled';
    return quiet >= QUIET_MS ? 'ask' : 'fine';
  }
}

/** Feels the pulse of a connection until it is stopped. */
export class Vigil {
  readonly #pulse = new Pulse(performance.now());
  readonly #ask: () => void;
  readonly #tell: (flows: boolean) => void;
  readonly #timer: number;
  #flows = true;

  /** `ask` makes the other end say something; `tell` hears of every stall, and of its end. */
  constructor(ask: () => void, tell: (flows: boolean) => void) {
    [this.#ask, this.#tell] = [ask, tell];
    this.#timer = window.setInterval(() => this.#beat(), BEAT_MS);
  }

  /** Something has arrived, maybe the answer to what was asked `trip_ms` ago. */
  heard(trip_ms?: number): void {
    this.#pulse.heard(performance.now());
    if (trip_ms !== undefined) this.#pulse.answered(trip_ms);
    if (this.#flows) return;
    this.#flows = true;
    this.#tell(true);
  }

  stop(): void {
    window.clearInterval(this.#timer);
  }

  #beat(): void {
    const beat = this.#pulse.beat(performance.now());
    if (beat !== 'fine') this.#ask();
    if (beat !== 'stalled' || !this.#flows) return;
    this.#flows = false;
    this.#tell(false);
  }
}
