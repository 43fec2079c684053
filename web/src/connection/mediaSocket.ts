/** The stream, messages and input of a viewer whom WebRTC does not reach, on one WebSocket. */

import type { ClientMessage } from '../protocol/client';
import { parseServerMessage, type ServerMessage } from '../protocol/server';
import { parsePacket, type Packet } from './packet';
import { formats, player, type Format, type Player } from './players';
import { Vigil } from './pulse';
import type { Snapshot } from './stats';

/** For the round trip's sake. */
const PING_EVERY_MS = 5_000;
/** The close code of a socket whose stream goes another way. */
const REPLACED = 4409;
/** Pointer moves are dropped rather than queued behind more than this. */
const INPUT_BACKLOG_BYTES = 4_096;

export interface MediaSocketEvents {
  message(message: ServerMessage): void;
  /** A frame arrived. */
  frame(packet: Packet): void;
  /** The frame of this time, and at `at_us` where it is shown, was decoded: see `PlayerEvents`. */
  decoded(time: number, at_us: number, took_ms?: number): void;
  show(source: MediaStream | MediaSource): void;
  video(): HTMLVideoElement | undefined;
  /** The daemon has let the viewer in: pictures come as soon as there are some. */
  up(): void;
  /** The socket carries nothing any more, or again. */
  pulse(flows: boolean): void;
  /**
   * The socket is gone for good; called at most once and never after `close`. `replaced`: the stream goes
   * another way.
   */
  lost(reason: string, replaced: boolean): void;
}

/** What this browser turned out not to play although it said that it would. */
const unfit = new Set<Format>();

export class MediaSocket {
  readonly #events: MediaSocketEvents;
  #socket: WebSocket | null = null;
  #player: Player | null = null;
  #vigil: Vigil | null = null;
  #pings = 0;
  #rtt_ms: number | undefined;
  #done = false;
  #bytes = 0;
  #packets = 0;
  #last: Packet | null = null;

  constructor(url: string, events: MediaSocketEvents) {
    this.#events = events;
    void this.#open(url);
  }

  /** Sends a message that must arrive; says whether the socket was open. */
  sendControl(message: ClientMessage): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Sends a message that the next one supersedes, or drops it when the path lags. */
  sendInput(message: ClientMessage): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    if (this.#socket.bufferedAmount < INPUT_BACKLOG_BYTES) this.#socket.send(JSON.stringify(message));
    return true;
  }

  statistics(): Promise<Snapshot | null> {
    const [played, last] = [this.#player, this.#last];
    if (!played || !last) return Promise.resolve(null);
    return Promise.resolve({
      at_ms: performance.now(),
      framesDecoded: played.frames,
      framesDropped: 0,
      bytes: this.#bytes,
      packetsReceived: this.#packets,
      packetsLost: 0,
      jitterBufferDelay_s: 0,
      jitterBufferEmitted: 0,
      decodeTime_s: played.decodeTime_s,
      width: last.width,
      height: last.height,
      codec: 'H.264',
      decoder: played.name,
      path: 'WebSocket',
      ...(this.#rtt_ms !== undefined && { rtt_ms: this.#rtt_ms }),
    });
  }

  close(): void {
    this.#done = true;
    this.#vigil?.stop();
    window.clearInterval(this.#pings);
    this.#socket?.close(1000);
    this.#player?.close();
  }

  async #open(url: string): Promise<void> {
    const format = (await formats()).find((one) => !unfit.has(one));
    if (this.#done) return;
    if (!format) return this.#lose('this browser cannot decode the video');
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#player = this.#newPlayer(format);
      socket.send(JSON.stringify({ type: 'media', format }));
      this.#vigil = new Vigil(() => this.#ask(), (flows) => this.#events.pulse(flows));
      this.sendControl({ type: 'ping', t: performance.now() });
      this.#pings = window.setInterval(() => this.#ask(), PING_EVERY_MS);
      this.#events.up();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data);
    socket.onclose = ({ code, reason }) => this.#lose(reason || 'the stream was interrupted', code === REPLACED);
  }

  #newPlayer(format: Format): Player {
    return player(format, {
      show: (source) => this.#events.show(source),
      video: () => this.#events.video(),
      decoded: (...frame) => this.#events.decoded(...frame),
      keyframeWanted: () => void this.sendControl({ type: 'command', id: 'keyframe', cmd: 'request_keyframe', params: {} }),
      failed: () => {
        unfit.add(format);
        this.#lose('this browser cannot decode the video');
      },
    });
  }

  #receive(data: unknown): void {
    if (this.#done) return;
    const message = data instanceof ArrayBuffer ? null : parseServerMessage(data);
    const trip_ms = message?.type === 'pong' && message.t !== undefined ? performance.now() - message.t : undefined;
    this.#vigil?.heard(trip_ms);
    if (data instanceof ArrayBuffer) return this.#take(data);
    if (message?.type === 'pong') {
      if (trip_ms !== undefined) this.#rtt_ms = trip_ms;
    } else if (message) {
      this.#events.message(message);
    }
  }

  #take(data: ArrayBuffer): void {
    const packet = parsePacket(data);
    if (!packet) return;
    this.#bytes += data.byteLength;
    this.#packets += 1;
    this.#last = packet;
    if (!packet.opening) this.#events.frame(packet);
    this.#player?.push(packet);
  }

  /** A question waits behind an earlier one that the network has not taken: one is enough. */
  #ask(): void {
    if (this.#socket?.bufferedAmount === 0) this.sendControl({ type: 'ping', t: performance.now() });
  }

  #lose(reason: string, replaced = false): void {
    if (this.#done) return;
    this.close();
    this.#events.lost(reason, replaced);
  }
}
