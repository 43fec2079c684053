/** The signaling socket: JSON text, kept alive by pings. Knows nothing of WebRTC. */

import type { ClientMessage } from '../protocol/client';
import { parseServerMessage, type ServerMessage } from '../protocol/server';

const PING_EVERY_MS = 5_000;
/** The first pings come in quick succession: the quickest of several says what time it is at the daemon. */
const FIRST_PINGS_MS = [0, 150, 300, 450, 600, 750];
/** Three missed answers: the path is dead although the socket has not noticed. */
const SILENCE_MS = 16_000;
/** The close code of a socket that nothing comes through, and that another follows. */
const SILENT = 4408;
/** The close code of a session that was deleted, or has expired. */
const SESSION_ENDED = 4410;

export interface SignalingEvents {
  message(message: ServerMessage): void;
  /**
   * The socket is gone for good; called at most once and never after `close`. `ended`: there is
   * nothing to come back to.
   */
  lost(reason: string, ended: boolean): void;
  /** A ping that was sent then has been answered; `clock_us` is the daemon's time, µs. */
  pong(sent_ms: number, clock_us?: number): void;
}

export class Signaling {
  readonly #socket: WebSocket;
  readonly #events: SignalingEvents;
  #timer = 0;
  #heard = performance.now();
  #done = false;

  constructor(url: string, events: SignalingEvents) {
    this.#events = events;
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => {
      this.#heard = performance.now();
      this.#timer = window.setInterval(() => this.#beat(), PING_EVERY_MS);
      for (const after_ms of FIRST_PINGS_MS) window.setTimeout(() => !this.#done && this.ping(), after_ms);
    };
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) =>
      this.#lose(event.reason || 'the connection was closed', event.code === SESSION_ENDED);
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends when the socket is open; says whether it did. */
  send(message: ClientMessage): boolean {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Asks for an answer; says whether the socket was open. */
  ping(): boolean {
    return this.send({ type: 'ping', t: performance.now() });
  }

  /** `comesBack`: the daemon is to keep the viewer's place, should it ever hear of this. */
  close(comesBack = false): void {
    this.#done = true;
    window.clearInterval(this.#timer);
    this.#socket.close(comesBack ? SILENT : 1000);
  }

  #receive(data: unknown): void {
    if (this.#done) return;
    this.#heard = performance.now();
    const message = parseServerMessage(data);
    if (message?.type === 'pong') {
      if (message.t !== undefined) this.#events.pong(message.t, message.clock_us);
    } else if (message) {
      this.#events.message(message);
    }
  }

  #beat(): void {
    if (performance.now() - this.#heard > SILENCE_MS) this.#lose('the server fell silent');
    else this.ping();
  }

  #lose(reason: string, ended = false): void {
    if (this.#done) return;
    this.close(true);
    this.#events.lost(reason, ended);
  }
}
