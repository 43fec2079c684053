/** Follows frames from hand to eye, whichever way they come, and says what the last ones took. */

import type { RemoteClock } from './connection/clock';
import type { Packet } from './connection/packet';
import { Traces, type Summary } from './connection/traces';
import type { FrameStamps } from './protocol/server';

/** Frames of a socket that are on their way through the decoder. */
const MOST_IN_DECODER = 64;

interface Decoded {
  rtp: number;
  received_ms: number;
  decode_ms: number;
}

export class Tracing {
  readonly #traces: Traces;
  /** When the packet of each time arrived, ms. */
  readonly #arrived = new Map<number, number>();
  /** What came out of the page's own decoder, by its time there, µs. */
  readonly #decoded = new Map<number, Decoded>();

  constructor(clock: RemoteClock) {
    this.#traces = new Traces(clock);
  }

  /** Another way, or another daemon. */
  newStream(): void {
    this.#traces.forget();
    this.#arrived.clear();
    this.#decoded.clear();
  }

  /** The page sent an input. */
  input(): void {
    this.#traces.input(performance.now());
  }

  stamped(frames: readonly FrameStamps[]): void {
    this.#traces.stamped(frames);
  }

  /** A frame came by a socket. */
  arrived({ time, stamps }: Packet): void {
    if (!stamps) return;
    this.#arrived.set(time, performance.now());
    shorten(this.#arrived);
    this.#traces.stamped([stamps]);
  }

  /** The page's own decoder has decoded it, whose time there is `at_us`. */
  decoded(rtp: number, at_us: number, decode_ms: number): void {
    const received_ms = this.#arrived.get(rtp);
    this.#arrived.delete(rtp);
    if (received_ms !== undefined) this.#decoded.set(at_us, { rtp, received_ms, decode_ms });
    shorten(this.#decoded);
  }

  /** The browser shows a frame. */
  shown(frame: VideoFrameCallbackMetadata): void {
    if (frame.rtpTimestamp !== undefined && frame.receiveTime !== undefined) {
      const decode_ms = (frame.processingDuration ?? 0) * 1000;
      const present_ms = frame.expectedDisplayTime;
      this.#traces.shown({ rtp: frame.rtpTimestamp, received_ms: frame.receiveTime, decode_ms, present_ms });
    } else {
      const decoded = this.#take(Math.round(frame.mediaTime * 1e6));
      // Of frames that the page decodes itself, browsers expect what has been already.
      const present_ms = Math.max(frame.expectedDisplayTime, performance.now());
      if (decoded) this.#traces.shown({ ...decoded, present_ms });
    }
  }

  /** The frame that the page decoded with this time; where that is not the element's, the last one. */
  #take(at_us: number): Decoded | undefined {
    const known = this.#decoded.has(at_us) ? at_us : [...this.#decoded.keys()].at(-1);
    const decoded = known === undefined ? undefined : this.#decoded.get(known);
    // Those before it are not shown any more.
    for (const old of this.#decoded.keys()) {
      this.#decoded.delete(old);
      if (old === known) break;
    }
    return decoded;
  }

  summary(): Summary {
    return this.#traces.summary(performance.now());
  }
}

/** Forgets the oldest of too many. */
function shorten(map: Map<number, unknown>): void {
  for (const old of map.keys()) {
    if (map.size <= MOST_IN_DECODER) break;
    map.delete(old);
  }
}
