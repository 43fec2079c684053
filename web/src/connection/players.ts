/** Decoders for what a media socket brings: WebCodecs where pages may use it, else Media Source Extensions. */

import { easel, type Easel } from './easel';
import { beginOf, codecOf, codecOfOpening, Unwrapped, type Packet } from './packet';

export type Format = 'annexb' | 'fmp4';

/** Any H.264 that the daemon sends is of this profile, or one that it includes. */
const MAIN = 'avc1.4d401f';

export interface PlayerEvents {
  /** Shows what is played. */
  show(source: MediaStream | MediaSource): void;
  /** The element that does. */
  video(): HTMLVideoElement | undefined;
  /**
   * The frame of this time, as its packet has it, and at `at_us` where it is shown, was decoded, which took so long;
   * or was handed to a browser that decodes it by itself.
   */
  decoded(time: number, at_us: number, took_ms?: number): void;
  /** Decoding cannot go on without a key frame. */
  keyframeWanted(): void;
  /** This player cannot play this. */
  failed(): void;
}

export interface Player {
  readonly name: string;
  /** Frames decoded so far. */
  readonly frames: number;
  /** What decoding them took, s. */
  readonly decodeTime_s: number;
  push(packet: Packet): void;
  close(): void;
}

/** What this browser can play, best first. */
export async function formats(): Promise<Format[]> {
  const source = typeof MediaSource !== 'undefined' && MediaSource.isTypeSupported(`video/mp4; codecs="${MAIN}"`);
  return [...((await hasDecoder()) ? (['annexb'] as const) : []), ...(source ? (['fmp4'] as const) : [])];
}

async function hasDecoder(): Promise<boolean> {
  if (!window.isSecureContext || typeof VideoDecoder === 'undefined') return false;
  try {
    return (await VideoDecoder.isConfigSupported({ codec: MAIN, optimizeForLatency: true })).supported ?? false;
  } catch {
    return false;
  }
}

export function player(format: Format, events: PlayerEvents): Player {
  return format === 'annexb' ? new CodecPlayer(events) : new SourcePlayer(events);
}

/** Frames that may wait for the decoder; then what follows is passed over up to a key frame. */
const MOST_WAITING = 30;
/** So many failures without a picture between them are no accident. */
const MOST_FAILURES = 3;

class CodecPlayer implements Player {
  readonly name = 'WebCodecs';
  frames = 0;
  decodeTime_s = 0;
  readonly #events: PlayerEvents;
  readonly #easel: Easel = easel();
  readonly #clock = new Unwrapped();
  /** When each frame in the decoder was handed to it, ms, and its packet's time, by its own; at most `MOST_WAITING`. */
  readonly #begun = new Map<number, [at_ms: number, time: number]>();
  #decoder: VideoDecoder | null = null;
  #codec: string | null = null;
  #failures = 0;
  #shown = false;

  constructor(events: PlayerEvents) {
    this.#events = events;
  }

  push(packet: Packet): void {
    const timestamp = this.#clock.at(packet.time);
    if (packet.keyframe) this.#configure(codecOf(packet.payload));
    const decoder = this.#decoder;
    if (!decoder) return;
    if (decoder.decodeQueueSize >= MOST_WAITING) return this.#startOver();
    this.#begun.set(timestamp, [performance.now(), packet.time]);
    try {
      decoder.decode(
        new EncodedVideoChunk({ type: packet.keyframe ? 'key' : 'delta', timestamp, data: packet.payload }),
      );
    } catch {
      // It has failed, and is about to say so.
      this.#broken();
    }
  }

  close(): void {
    if (this.#decoder?.state !== 'closed') this.#decoder?.close();
    this.#decoder = null;
    this.#easel.close();
  }

  /** Sets the decoder up at a key frame, unless it is as it should be. */
  #configure(codec: string | null): void {
    if (!codec || (this.#decoder && codec === this.#codec)) return;
    if (this.#decoder?.state !== 'closed') this.#decoder?.close();
    this.#begun.clear();
    const decoder = new VideoDecoder({
      output: (frame) => this.#decoded(frame),
      error: () => decoder === this.#decoder && this.#broken(),
    });
    decoder.configure({ codec, optimizeForLatency: true });
    this.#decoder = decoder;
    this.#codec = codec;
  }

  #decoded(frame: VideoFrame): void {
    const begun = this.#begun.get(frame.timestamp);
    this.#begun.delete(frame.timestamp);
    if (begun !== undefined) {
      const took_ms = performance.now() - begun[0];
      this.decodeTime_s += took_ms / 1000;
      this.#events.decoded(begun[1], frame.timestamp, took_ms);
    }
    this.frames += 1;
    this.#failures = 0;
    this.#easel.put(frame);
    if (!this.#shown) this.#events.show(this.#easel.stream);
    this.#shown = true;
  }

  #broken(): void {
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) this.#events.failed();
    else this.#startOver();
  }

  #startOver(): void {
    if (this.#decoder?.state !== 'closed') this.#decoder?.close();
    this.#decoder = null;
    this.#begun.clear();
    this.#events.keyframeWanted();
  }
}

/** What a fragment says to last beyond the next one's begin, s. */
const SHOWN_S = 0.1;
/** Playing behind the newest picture by more than this is made up for by playing faster, s. */
const LATE_S = 0.12;
/** … and by more than this by jumping, s. */
const TOO_LATE_S = 1.5;
/** What has been shown is forgotten up to the last key frame, of which one is wanted this often, s. */
const KEYFRAME_EVERY_S = 20;

class SourcePlayer implements Player {
  readonly name = 'Media Source';
  readonly #events: PlayerEvents;
  readonly #media = new MediaSource();
  #buffer: SourceBuffer | null = null;
  /** At most `MOST_WAITING`. */
  #waiting: Packet[] = [];
  #type = '';
  #lastKey_s = 0;
  #asked_s = 0;

  constructor(events: PlayerEvents) {
    this.#events = events;
    this.#media.onsourceopen = () => this.#pump();
    events.show(this.#media);
  }

  get #video(): HTMLVideoElement | undefined {
    return this.#events.video();
  }

  get frames(): number {
    return this.#video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  }

  /** Browsers do not tell. */
  get decodeTime_s(): number {
    return 0;
  }

  push(packet: Packet): void {
    if (this.#waiting.length >= MOST_WAITING) {
      // Openings stay: what follows cannot do without.
      this.#waiting = this.#waiting.filter((waiting) => waiting.opening).slice(-1);
      this.#events.keyframeWanted();
    }
    const follows = packet.opening || packet.keyframe || this.#waiting.length === 0 || !this.#waiting.at(-1)!.opening;
    if (follows) this.#waiting.push(packet);
    this.#pump();
  }

  close(): void {
    this.#media.onsourceopen = null;
    if (this.#buffer) this.#buffer.onupdateend = this.#buffer.onerror = null;
    this.#buffer = null;
    this.#waiting = [];
    const video = this.#video;
    if (video) video.playbackRate = 1;
  }

  /** Hands the next to the browser, when it is ready for it. */
  #pump(): void {
    if (this.#media.readyState !== 'open' || this.#buffer?.updating) return;
    const next = this.#waiting.shift();
    if (!next) return;
    try {
      if (next.opening) this.#describe(codecOfOpening(next.payload));
      const begin_s = next.opening ? null : beginOf(next.payload);
      if (begin_s !== null) this.#events.decoded(next.time, begin_s * 1e6);
      if (next.keyframe) this.#lastKey_s = begin_s ?? this.#lastKey_s;
      this.#buffer?.appendBuffer(next.payload);
    } catch {
      this.#events.failed();
    }
  }

  #describe(codec: string | null): void {
    const type = `video/mp4; codecs="${codec ?? MAIN}"`;
    if (!this.#buffer) {
      this.#buffer = this.#media.addSourceBuffer(type);
      this.#buffer.onupdateend = () => this.#appended();
      this.#buffer.onerror = () => this.#events.failed();
    } else if (type !== this.#type) {
      this.#buffer.changeType(type);
    }
    this.#type = type;
  }

  #appended(): void {
    this.#follow();
    if (!this.#forget()) this.#pump();
  }

  /** Keeps to the newest picture. */
  #follow(): void {
    const [video, buffered] = [this.#video, this.#buffer?.buffered];
    if (!video || !buffered || buffered.length === 0) return;
    const edge = buffered.end(buffered.length - 1) - SHOWN_S;
    const late = edge - video.currentTime;
    if (late > TOO_LATE_S) video.currentTime = edge;
    video.playbackRate = late > LATE_S ? Math.min(2, 1.05 + late) : 1;
    if (video.paused) void video.play().catch(() => undefined);
    if (edge - Math.max(this.#lastKey_s, this.#asked_s) > KEYFRAME_EVERY_S) {
      this.#asked_s = edge;
      this.#events.keyframeWanted();
    }
  }

  /** Forgets what was shown before the last key frame; says whether there was enough of it. */
  #forget(): boolean {
    const [video, buffer] = [this.#video, this.#buffer];
    if (!video || !buffer || buffer.updating || buffer.buffered.length === 0) return false;
    const old_s = this.#lastKey_s - buffer.buffered.start(0);
    if (old_s < KEYFRAME_EVERY_S / 2 || video.currentTime < this.#lastKey_s) return false;
    buffer.remove(0, this.#lastKey_s);
    return true;
  }
}
