/** A signaling socket without a browser: a client in plain JSON. */

import { once } from 'node:events';
import WebSocket from 'ws';
import { until } from './wait.mjs';

export class Socket {
  /** Everything received, parsed, oldest first. */
  received = [];
  closed = null;
  #socket;

  /** Connects to the daemon's default session and waits for its welcome. */
  static async open(daemon) {
    const socket = new Socket();
    socket.#socket = new WebSocket(`${daemon.origin.replace('http', 'ws')}/ws/signaling`);
    socket.#socket.on('message', (data) => socket.received.push(JSON.parse(data.toString())));
    socket.#socket.on('close', (code, reason) => (socket.closed = { code, reason: reason.toString() }));
    await once(socket.#socket, 'open');
    socket.welcome = await socket.next('welcome');
    return socket;
  }

  /** Sends JSON, or a string or buffer as it is. */
  send(message) {
    const raw = typeof message === 'string' || Buffer.isBuffer(message);
    this.#socket.send(raw ? message : JSON.stringify(message));
  }

  /** Waits for a message of `type` at or after the place `from` in what was received. */
  next(type, { from = 0, ...options } = {}) {
    return until(`a message of type ${type}`, () => this.received.slice(from).find((m) => m.type === type), options);
  }

  /** Sends a ping and waits for its pong: the socket is served. */
  async ping() {
    const t = performance.now();
    this.send({ type: 'ping', t });
    await until('the pong', () => this.received.some((m) => m.type === 'pong' && m.t === t));
  }

  async close() {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
