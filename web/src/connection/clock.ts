/** What time it is at the daemon: its clock, told by pongs, in terms of the page's. */

interface Pong {
  at_ms: number;
  rtt_ms: number;
  /** The page's time less the daemon's, ms, if the answer was given half-way. */
  offset_ms: number;
}

/** Clocks of two machines part by a millisecond in about twenty seconds. */
const KEPT_MS = 60_000;
const KEPT = 16;

/** The quickest of the late round trips says most: whatever held up another one is not in it. */
export class RemoteClock {
  #pongs: Pong[] = [];

  /** Takes a pong: when its ping was sent and it was received, and what the daemon's clock said, µs. */
  note(sent_ms: number, received_ms: number, clock_us: number): void {
    const rtt_ms = received_ms - sent_ms;
    if (!(rtt_ms >= 0)) return;
    const pong = { at_ms: received_ms, rtt_ms, offset_ms: (sent_ms + received_ms) / 2 - clock_us / 1000 };
    const fresh = this.#pongs.filter((one) => received_ms - one.at_ms < KEPT_MS);
    this.#pongs = [...fresh, pong].slice(-KEPT);
  }

  /** Another daemon has another clock. */
  forget(): void {
    this.#pongs = [];
  }

  /** The page's time, ms, of a time on the daemon's clock; `null` before the first pong. */
  toPage(clock_us: number): number | null {
    const best = this.#best;
    return best && clock_us / 1000 + best.offset_ms;
  }

  /** The shortest time to the daemon and back; `toPage` is off by half of it at most. */
  get rtt_ms(): number | null {
    return this.#best?.rtt_ms ?? null;
  }

  get #best(): Pong | null {
    return this.#pongs.reduce<Pong | null>((best, one) => (best && best.rtt_ms <= one.rtt_ms ? best : one), null);
  }
}
