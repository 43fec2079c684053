/**
 * The pictures of one further view: a WHEP player, or stills where there is no way for it.
 *
 * ```text
 * opening ──answer, connected──► stream
 *    │ refused, or 4 s                │ failed
 *    ▼                                ▼
 * stills ◄────────────────────────────┘      every 30 s the stream is tried again
 * ```
 */

import { stillPath, stillSize, streamPath, type Source } from './sources';

export type How = 'opening' | 'stream' | 'stills' | 'silent';

/** A connection that is not there by then is not waited for, ms. */
const CONNECTED_WITHIN_MS = 4_000;
/** Media may pause for this long when the network changes, ms. */
const MENDED_WITHIN_MS = 3_000;
const AGAIN_AFTER_MS = 30_000;
/** From one still to the next, ms. */
const STILL_EVERY_MS = 400;
const STILL_AFTER_FAILURE_MS = 2_000;

export interface FeedPlace {
  /** Absolute address of what is below the session. */
  address(path: string): string;
  headers: Record<string, string>;
  iceServers: RTCIceServer[];
  /** The viewer whose further view it is. */
  beside: string;
}

export interface FeedEvents {
  how(how: How): void;
  stream(stream: MediaStream | null): void;
  still(picture: ImageBitmap): void;
  /** CSS px. */
  size(): [number, number];
}

export class Feed {
  readonly #source: Source;
  readonly #at: FeedPlace;
  readonly #events: FeedEvents;
  readonly #stop = new AbortController();
  #player: Player | null = null;
  #stills = 0;
  #again = 0;

  constructor(source: Source, at: FeedPlace, events: FeedEvents) {
    [this.#source, this.#at, this.#events] = [source, at, events];
    events.how('opening');
    if (source.from || typeof RTCPeerConnection === 'undefined') this.#showStills();
    else this.#open();
  }

  close(): void {
    this.#stop.abort();
    window.clearTimeout(this.#stills);
    window.clearTimeout(this.#again);
    this.#player?.close();
    this.#player = null;
  }

  #open(): void {
    const size = stillSize(...this.#events.size(), window.devicePixelRatio || 1);
    const player = new Player(streamPath(this.#source, this.#at.beside, size), this.#at, {
      up: (stream) => {
        window.clearTimeout(this.#stills);
        this.#stills = 0;
        this.#events.stream(stream);
        this.#events.how('stream');
      },
      down: () => {
        if (this.#player !== player) return;
        player.close();
        this.#player = null;
        this.#events.stream(null);
        this.#showStills();
        this.#again = window.setTimeout(() => this.#open(), AGAIN_AFTER_MS);
      },
    });
    this.#player = player;
  }

  #showStills(): void {
    if (this.#stills === 0 && !this.#stop.signal.aborted) void this.#nextStill();
  }

  async #nextStill(): Promise<void> {
    const begun = performance.now();
    let rest_ms = STILL_EVERY_MS;
    this.#stills = -1;
    try {
      const size = stillSize(...this.#events.size(), window.devicePixelRatio || 1);
      const address = this.#at.address(stillPath(this.#source, ...size));
      const response = await fetch(address, { headers: this.#at.headers, cache: 'no-store', signal: this.#stop.signal });
      if (!response.ok) throw new Error(String(response.status));
      const picture = await createImageBitmap(await response.blob());
      if (this.#done()) return picture.close();
      this.#events.still(picture);
      this.#events.how('stills');
    } catch {
      if (this.#done()) return;
      this.#events.how('silent');
      rest_ms = STILL_AFTER_FAILURE_MS;
    }
    const wait_ms = Math.max(50, rest_ms - (performance.now() - begun));
    this.#stills = window.setTimeout(() => void this.#nextStill(), wait_ms);
  }

  /** Whether nobody waits for this still any more. */
  #done(): boolean {
    return this.#stop.signal.aborted || this.#stills === 0;
  }
}

interface PlayerEvents {
  up(stream: MediaStream): void;
  down(): void;
}

/** One stay as a viewer; ends with `close`. */
class Player {
  readonly #pc: RTCPeerConnection;
  readonly #at: FeedPlace;
  #place: string | null = null;
  #closed = false;
  #timer: number;

  constructor(path: string, at: FeedPlace, events: PlayerEvents) {
    this.#at = at;
    const pc = new RTCPeerConnection({ iceServers: at.iceServers, bundlePolicy: 'max-bundle' });
    this.#pc = pc;
    const { receiver } = pc.addTransceiver('video', { direction: 'recvonly' });
    let stream: MediaStream | null = null;
    pc.ontrack = ({ track, streams }) => (stream = streams[0] ?? new MediaStream([track]));
    this.#timer = window.setTimeout(() => events.down(), CONNECTED_WITHIN_MS);
    pc.onconnectionstatechange = () => {
      window.clearTimeout(this.#timer);
      if (pc.connectionState === 'connected' && stream) events.up(stream);
      else if (pc.connectionState === 'failed') events.down();
      else this.#timer = window.setTimeout(() => events.down(), MENDED_WITHIN_MS);
    };
    void this.#join(at.address(path), receiver).catch(() => events.down());
  }

  close(): void {
    this.#closed = true;
    window.clearTimeout(this.#timer);
    this.#pc.onconnectionstatechange = this.#pc.ontrack = null;
    // The daemon forgets who hangs up: then there is nobody to say goodbye to.
    void this.#leave().finally(() => this.#pc.close());
  }

  async #join(address: string, receiver: RTCRtpReceiver): Promise<void> {
    // Candidates need not be told: the daemon tells its own, and answers whoever checks them.
    await this.#pc.setLocalDescription();
    const headers = { ...this.#at.headers, 'content-type': 'application/sdp' };
    const response = await fetch(address, { method: 'POST', headers, body: this.#pc.localDescription?.sdp ?? '' });
    const key = response.headers.get('location')?.split('/').at(-1);
    // By its key alone, as a proxy may have put the daemon below a path.
    if (response.status === 201 && key) this.#place = this.#at.address(`whep/${key}`);
    if (this.#closed) return this.#leave();
    if (!response.ok) throw new Error(String(response.status));
    await this.#pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  }

  /** Told even while the page goes away. */
  async #leave(): Promise<void> {
    const place = this.#place;
    this.#place = null;
    if (place) await fetch(place, { method: 'DELETE', headers: this.#at.headers, keepalive: true }).catch(() => undefined);
  }
}
