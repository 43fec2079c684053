/** Takes the stream's figures once a second. */

import type { Link } from './connection/link';
import { figures, type Snapshot } from './connection/stats';
import { Ways } from './connection/ways';
import { beyondBest_ms, stats, traces } from './state';
import type { Tracing } from './tracing';

const EVERY_MS = 1_000;

export class StatsSampler {
  readonly #link: Link;
  readonly #tracing: Tracing;
  readonly #receiveToDisplay: () => number | undefined;
  readonly #ways = new Ways();
  #before: Snapshot | null = null;
  #timer = 0;

  constructor(link: Link, tracing: Tracing, receiveToDisplay: () => number | undefined) {
    this.#link = link;
    this.#tracing = tracing;
    this.#receiveToDisplay = receiveToDisplay;
  }

  start(): void {
    this.#timer = window.setInterval(() => void this.#take(), EVERY_MS);
  }

  stop(): void {
    window.clearInterval(this.#timer);
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
  }
}
