/**
 * The way of each frame from a hand and a pose to the eye: stamps of the daemon, matched with what the browser
 * says of the same frame. Pure but for what it remembers; every time is handed in.
 *
 * ```text
 * hand ─ uplink ─► input ─┐
 *                         ├─ wait ─► render ─► encode ─► send ─► network ─► decode ─► present ─► eye
 *                 state ──┘
 * ```
 */

import type { FrameStamps } from '../protocol/server';
import type { RemoteClock } from './clock';

/** The stages that a frame passes, in order, and the sums. */
export const STAGES = ['uplink', 'input', 'state', 'render', 'encode', 'send', 'network', 'decode', 'present'] as const;
export const SUMS = ['hand', 'pose'] as const;
export type TraceStage = (typeof STAGES)[number];
export type Sum = (typeof SUMS)[number];

/** What the browser says of a frame that it shows; ms of the page. */
export interface Shown {
  /** Time stamp of its packets. */
  rtp: number;
  /** Its last byte was there. */
  received_ms: number;
  /** Decoding took so long. */
  decode_ms: number;
  /** It is on the screen. */
  present_ms: number;
}

export interface Spread {
  median_ms: number;
  p95_ms: number;
  /** How many fall between bounds that are a half power of two apart, from `FIRST_BOUND_MS` on. */
  bins: number[];
}

export type Summary = Partial<Record<TraceStage | Sum, Spread>>;

export const BINS = 22;
const FIRST_BOUND_MS = 0.25;
/** What is summed up. */
const SPAN_MS = 10_000;
/** Stamps and frames that wait for each other: two seconds' worth at the fastest. */
const MOST_WAITING = 480;
const MOST_SAMPLES = 2_400;
const MOST_INPUTS = 128;
/** Browsers tell times no finer than this. */
const COARSE_MS = 0.5;
/** An input older than this was not what a frame shows. */
const INPUT_BEFORE_MS = 100;

type Sample = { at_ms: number } & Partial<Record<TraceStage | Sum, number>>;

export class Traces {
  readonly #clock: RemoteClock;
  /** By time stamp, in the order of frames. */
  readonly #stamps = new Map<number, FrameStamps>();
  #shown: Shown[] = [];
  #inputs: number[] = [];
  #samples: Sample[] = [];

  constructor(clock: RemoteClock) {
    this.#clock = clock;
  }

  /** Another stream begins. */
  forget(): void {
    this.#stamps.clear();
    [this.#shown, this.#inputs, this.#samples] = [[], [], []];
  }

  /** The page sent an input. */
  input(at_ms: number): void {
    this.#inputs.push(at_ms);
    if (this.#inputs.length > MOST_INPUTS) this.#inputs.shift();
  }

  /** The daemon told of frames, before or after they are shown. */
  stamped(frames: readonly FrameStamps[]): void {
    for (const frame of frames) this.#stamps.set(frame.rtp, frame);
    for (const rtp of this.#stamps.keys()) {
      if (this.#stamps.size <= MOST_WAITING) break;
      this.#stamps.delete(rtp);
    }
    this.#match();
  }

  /** The browser shows a frame. */
  shown(frame: Shown): void {
    this.#shown.push(frame);
    if (this.#shown.length > MOST_WAITING) this.#shown.shift();
    this.#match();
  }

  /** What the last ten seconds' frames took; empty where nothing is known. */
  summary(now_ms: number): Summary {
    this.#samples = this.#samples.filter((sample) => now_ms - sample.at_ms < SPAN_MS);
    const all: Summary = {};
    for (const stage of [...STAGES, ...SUMS]) {
      const values = this.#samples.map((sample) => sample[stage]).filter((ms) => ms !== undefined);
      if (values.length > 0) all[stage] = spread(values);
    }
    return all;
  }

  #match(): void {
    this.#shown = this.#shown.filter((shown) => {
      const stamps = this.#stamps.get(shown.rtp);
      if (!stamps) return true;
      const sample = this.#sample(shown, stamps, this.#pass(stamps));
      if (sample) this.#samples.push(sample);
      return false;
    });
    if (this.#samples.length > MOST_SAMPLES) this.#samples = this.#samples.slice(-MOST_SAMPLES);
  }

  /** Forgets stamps up to these; gives the oldest input among them: frames that were not shown pass theirs on. */
  #pass(last: FrameStamps): number | undefined {
    let input: number | undefined;
    for (const [rtp, stamps] of this.#stamps) {
      input ??= stamps.input_us;
      this.#stamps.delete(rtp);
      if (stamps === last) break;
    }
    return input;
  }

  #sample(shown: Shown, stamps: FrameStamps, input_us: number | undefined): Sample | null {
    const told_ms = this.#clock.toPage(stamps.sent_us);
    if (told_ms === null) return null;
    // The clock may be off by half a round trip, but no packet arrives before it was sent.
    const sent_ms = Math.min(told_ms, shown.received_ms);
    // A browser that is late expects some frames to be shown before they can be.
    const decoded_ms = shown.received_ms + shown.decode_ms;
    const present_ms = Math.max(shown.present_ms, decoded_ms);
    const { render_us, encode_us, done_us, sent_us, state_us } = stamps;
    const sample: Sample = {
      at_ms: present_ms,
      render: (encode_us - render_us) / 1000,
      encode: (done_us - encode_us) / 1000,
      send: (sent_us - done_us) / 1000,
      network: shown.received_ms - sent_ms,
      decode: shown.decode_ms,
      present: present_ms - decoded_ms,
    };
    if (state_us !== undefined) {
      sample.state = (render_us - state_us) / 1000;
      sample.pose = present_ms - sent_ms + (sent_us - state_us) / 1000;
    }
    if (input_us !== undefined) {
      const arrived_ms = sent_ms - (sent_us - input_us) / 1000;
      const hand_ms = this.#hand(arrived_ms);
      sample.input = (render_us - input_us) / 1000;
      if (hand_ms !== undefined) {
        sample.uplink = Math.max(0, arrived_ms - hand_ms);
        sample.hand = present_ms - hand_ms;
      }
    }
    return sample;
  }

  /**
   * When the page sent the input that was with the daemon at `arrived_ms`: the one that fits best to half a round
   * trip before. None where none could be, as for others' inputs.
   */
  #hand(arrived_ms: number): number | undefined {
    // As far as the clock may be off, too.
    const half_ms = (this.#clock.rtt_ms ?? 0) / 2;
    const expected_ms = arrived_ms - half_ms;
    const latest_ms = arrived_ms + half_ms + COARSE_MS;
    const possible = this.#inputs.filter((at) => at <= latest_ms && expected_ms - at < INPUT_BEFORE_MS);
    const off = (at: number) => Math.abs(at - expected_ms);
    return possible.reduce<number | undefined>((best, at) => (best === undefined || off(at) < off(best) ? at : best), undefined);
  }
}

/** Percentiles are by nearest rank. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  const bins = new Array<number>(BINS).fill(0);
  for (const ms of sorted) bins[bin(ms)]! += 1;
  return { median_ms: at(0.5), p95_ms: at(0.95), bins };
}

/** Which of `BINS` a time falls in. */
function bin(ms: number): number {
  const place = Math.ceil(2 * Math.log2(Math.max(ms, FIRST_BOUND_MS) / FIRST_BOUND_MS));
  return Math.min(BINS - 1, place);
}
