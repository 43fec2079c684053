/** Takes the stream's figures once a second. */

import type { Link } from './connection/link';
import { latency, measured, type Latency } from './connection/latency';
import { figures, type Snapshot } from './connection/stats';
import { Ways } from './connection/ways';
import { beyondBest_ms, delay, sim, socketRtt_ms, stats, traces } from './state';
import type { Tracing } from './tracing';

const EVERY_MS = 1_000;

export class StatsSampler {
  readonly #link: Link;
  readonly #tracing: Tracing;
  readonly #receiveToDisplay: () => number | undefined;
  readonly #ways = new Ways();
  #before: Snapshot | null = null;

  constructor(link: Link, tracing: Tracing, receiveToDisplay: () => number | undefined) {
    this.#link = link;
    this.#tracing = tracing;
    this.#receiveToDisplay = receiveToDisplay;
  }

  /** For as long as the page lives. */
  start(): void {
    window.setInterval(() => void this.#take(), EVERY_MS);
  }

  async #take(): Promise<void> {
    const after = await this.#link.statistics().catch(() => null);
    traces.value = this.#tracing.summary();
    const before = this.#before;
    this.#before = after;
    if (after?.path && after.rtt_ms !== undefined) this.#ways.note(after.path, after.rtt_ms);
    beyondBest_ms.value = after?.path ? this.#ways.beyondBest(after.path) : null;
    if (!after) {
      stats.value = null;
    } else if (before && after.framesDecoded >= before.framesDecoded) {
      const receiveToDisplay_ms = this.#receiveToDisplay();
      stats.value = { snapshot: after, figures: figures(before, after), receiveToDisplay_ms };
    }
    delay.value = measured(traces.value) ?? reckoned();
  }
}

/** Summed from what each side measures of its own part. */
function reckoned(): Latency | null {
  const now = stats.peek();
  if (!now) return null;
  const server = sim.peek().latency;
  return latency({
    render_ms: server?.render_ms,
    encode_ms: server?.encode_ms,
    rtt_ms: now.snapshot.rtt_ms ?? socketRtt_ms.peek(),
    buffer_ms: now.figures.buffer_ms,
    decode_ms: now.figures.decode_ms,
    receiveToDisplay_ms: now.receiveToDisplay_ms,
  });
}
