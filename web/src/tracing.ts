/** Follows frames from hand to eye, whichever way they come, and says what the last ones took. */

import type { RemoteClock } from './connection/clock';
import type { Packet } from './connection/packet';
import { Traces, type Summary } from './connection/traces';
import type { FrameStamps } from './protocol/server';

/** Frames of a socket that are on their way through the decoder: two seconds' worth at 60 Hz. */
const MOST_IN_DECODER = 120;

/** What a refresh of the screen has shows after two more at 60 Hz at the latest. */
const LATEST_MS = 34;

interface Decoded {
  rtp: number;
  received_ms: number;
  /** Absent where the browser decodes by itself. */
  decode_ms?: number;
}

export class Tracing {
  readonly #traces: Traces;
  /** When the packet of each time arrived, ms. */
  readonly #arrived = new Map<number, number>();
  /** What was decoded, by its time there, 90 kHz: browsers round to microseconds, each in its way. */
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

  /** The page's own decoder has decoded it, whose time there is `at_us`; or the browser is about to. */
  decoded(rtp: number, at_us: number, decode_ms?: number): void {
    const received_ms = this.#arrived.get(rtp);
    this.#arrived.delete(rtp);
    if (received_ms !== undefined) this.#decoded.set(ticks(at_us), { rtp, received_ms, ...(decode_ms !== undefined && { decode_ms }) });
    shorten(this.#decoded);
  }

  /** The browser shows a frame, in the refresh of the screen that began at `refresh_ms`. */
  shown(frame: VideoFrameCallbackMetadata, refresh_ms: number): void {
    const own_ms = (frame.processingDuration ?? 0) * 1000;
    if (frame.rtpTimestamp !== undefined && frame.receiveTime !== undefined) {
      const present_ms = frame.expectedDisplayTime;
      this.#traces.shown({ rtp: frame.rtpTimestamp, received_ms: frame.receiveTime, decode_ms: own_ms, present_ms });
    } else {
      const decoded = this.#take(ticks(frame.mediaTime * 1e6));
      // Of frames that the page decodes itself, browsers expect what has been already, or what is yet far off.
      const present_ms = Math.min(Math.max(frame.expectedDisplayTime, refresh_ms), refresh_ms + LATEST_MS);
      if (decoded) this.#traces.shown({ decode_ms: own_ms, ...decoded, present_ms });
    }
  }

  /** The frame with this time; where the element's is another than the page's own decoder's, the last one. */
  #take(at: number): Decoded | undefined {
    const known = this.#decoded.has(at) ? at : [...this.#decoded].findLast(([, { decode_ms }]) => decode_ms !== undefined)?.[0];
    if (known === undefined) return undefined;
    const decoded = this.#decoded.get(known);
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

function ticks(at_us: number): number {
  return Math.round((at_us * 9) / 100);
}

/** Forgets the oldest of too many. */
function shorten(map: Map<number, unknown>): void {
  for (const old of map.keys()) {
    if (map.size <= MOST_IN_DECODER) break;
    map.delete(old);
  }
}
