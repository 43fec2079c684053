/**
 * Keeps the page connected: socket, then peer, and again after a failure.
 *
 * ```text
 *            welcome                answer + ICE            first frame
 * opening ───────────► negotiating ─────────────► buffering ───────────► live
 *    ▲                     │                          │                   │
 *    └────── waiting ◄─────┴──────── failure ─────────┴───────────────────┘
 *           (backoff)
 * ```
 */

import type { ClientMessage } from '../protocol/client';
import type { ServerMessage, Welcome } from '../protocol/server';
import { retryDelay } from './backoff';
import { efficientCodecs } from './codecs';
import { Peer } from './peer';
import { Signaling } from './signaling';
import type { Snapshot } from './stats';

/** A daemon that accepts the socket but says nothing is as good as absent. */
const WELCOME_WITHIN_MS = 10_000;
const CONNECT_WITHIN_MS = 15_000;
/** ICE often recovers from `disconnected` by itself within this time. */
const DISCONNECTED_GRACE_MS = 3_000;
/** A connection that lasted this long starts the backoff anew. */
const SETTLED_MS = 5_000;

export type Phase =
  | { kind: 'opening'; attempt: number }
  | { kind: 'negotiating' }
  | { kind: 'buffering' }
  | { kind: 'live' }
  | { kind: 'waiting'; retryAt_ms: number; reason: string }
  | { kind: 'stopped'; reason: string };

export interface LinkEvents {
  phase(phase: Phase): void;
  welcome(welcome: Welcome): void;
  message(message: ServerMessage): void;
  stream(stream: MediaStream): void;
  roundTrip(ms: number): void;
  /** The stream is about to end: the last moment to keep its picture. */
  ending(): void;
  /** Explains a socket that never opened, or `null` when there is nothing better to say. */
  diagnose(): Promise<{ reason: string; retry: boolean } | null>;
}

export class Link {
  readonly #events: LinkEvents;
  #url: string;
  #phase: Phase = { kind: 'opening', attempt: 0 };
  #signaling: Signaling | null = null;
  #peer: Peer | null = null;
  #deadline = 0;
  #retry = 0;
  #attempt = 0;
  #liveSince_ms = 0;
  /** Asked while the socket is still opening. */
  readonly #efficient = efficientCodecs(navigator.mediaCapabilities);
  /** Counts attempts, so that answers to an abandoned one are recognised. */
  #generation = 0;

  constructor(url: string, events: LinkEvents) {
    this.#url = url;
    this.#events = events;
  }

  get pc(): RTCPeerConnection | null {
    return this.#peer?.pc ?? null;
  }

  get connected(): boolean {
    return this.pc?.connectionState === 'connected';
  }

  start(): void {
    this.#abandon();
    this.#enter({ kind: 'opening', attempt: this.#attempt });
    this.#expect(WELCOME_WITHIN_MS, 'the server does not answer');
    try {
      this.#signaling = new Signaling(this.#url, {
        message: (m) => this.#receive(m),
        lost: (reason, ended) => void this.#socketLost(reason, ended),
        roundTrip: (ms) => this.#events.roundTrip(ms),
      });
    } catch {
      this.#enter({ kind: 'stopped', reason: 'The address of the server is not valid.' });
    }
  }

  /** Skips the rest of a backoff. */
  retryNow(): void {
    if (this.#phase.kind === 'waiting' || this.#phase.kind === 'stopped') this.start();
  }

  /** Continues at another daemon's socket. */
  moveTo(url: string): void {
    this.#url = url;
    this.#attempt = 0;
    this.start();
  }

  /** To be told when the page shows a frame of the current stream. */
  framePresented(): void {
    if (this.#phase.kind !== 'buffering' || !this.connected) return;
    this.#liveSince_ms = performance.now();
    this.#enter({ kind: 'live' });
  }

  /** Sends a message that must arrive; says whether there was a way. */
  send(message: ClientMessage): boolean {
    return (this.#peer?.sendControl(message) || this.#signaling?.send(message)) ?? false;
  }

  /** Sends a message that the next one supersedes. */
  sendLossy(message: ClientMessage): boolean {
    return (this.#peer?.sendInput(message) || this.#signaling?.send(message)) ?? false;
  }

  async statistics(): Promise<Snapshot | null> {
    return (await this.#peer?.statistics()) ?? null;
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#events.welcome(message);
        void this.#negotiate(message);
        break;
      case 'answer':
        void this.#accept(message.sdp);
        break;
      case 'ice-candidate':
        void this.#peer?.addCandidate(message.candidate);
        break;
      default:
        this.#events.message(message);
    }
  }

  async #negotiate(welcome: Welcome): Promise<void> {
    const generation = this.#generation;
    this.#enter({ kind: 'negotiating' });
    this.#expect(CONNECT_WITHIN_MS, 'the server answers, but video cannot get through; a firewall may block UDP');
    const efficient = await this.#efficient;
    if (generation !== this.#generation) return;
    this.#peer?.close();
    const peer = new Peer(welcome.ice_servers, efficient, {
      candidate: (candidate) => this.#signaling?.send({ type: 'ice-candidate', candidate }),
      message: (m) => this.#events.message(m),
      stream: (stream) => this.#events.stream(stream),
      state: (state) => this.#peerState(state),
    });
    this.#peer = peer;
    try {
      const sdp = await peer.offer();
      if (generation === this.#generation) this.#signaling?.send({ type: 'offer', sdp });
    } catch {
      if (generation === this.#generation) this.#fail('this browser could not make an offer');
    }
  }

  async #accept(sdp: string): Promise<void> {
    const generation = this.#generation;
    try {
      await this.#peer?.accept(sdp);
    } catch {
      if (generation === this.#generation) this.#fail('this browser does not accept the answer of the server');
    }
  }

  #peerState(state: RTCPeerConnectionState): void {
    if (state === 'connected') {
      window.clearTimeout(this.#deadline);
      if (this.#phase.kind !== 'live') this.#enter({ kind: 'buffering' });
    } else if (state === 'failed') {
      this.#fail('the media connection failed');
    } else if (state === 'disconnected') {
      this.#expect(DISCONNECTED_GRACE_MS, 'the media connection was interrupted');
    } else if (state === 'closed') {
      this.#fail('the server ended the stream');
    }
  }

  async #socketLost(reason: string, ended: boolean): Promise<void> {
    if (ended) {
      this.#abandon();
      return this.#enter({ kind: 'stopped', reason });
    }
    const neverOpened = this.#phase.kind === 'opening';
    const generation = this.#generation;
    const found = neverOpened ? await this.#events.diagnose() : null;
    if (generation !== this.#generation) return;
    if (found && !found.retry) {
      this.#abandon();
      this.#enter({ kind: 'stopped', reason: found.reason });
    } else {
      this.#fail(found?.reason ?? reason);
    }
  }

  #fail(reason: string): void {
    if (this.#phase.kind === 'live' && performance.now() - this.#liveSince_ms > SETTLED_MS) this.#attempt = 0;
    this.#abandon();
    const delay_ms = retryDelay(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#retry = window.setTimeout(() => this.start(), delay_ms);
    this.#enter({ kind: 'waiting', retryAt_ms: performance.now() + delay_ms, reason });
  }

  #abandon(): void {
    this.#generation += 1;
    window.clearTimeout(this.#deadline);
    window.clearTimeout(this.#retry);
    this.#signaling?.close();
    this.#signaling = null;
    if (this.#peer) this.#events.ending();
    this.#peer?.close();
    this.#peer = null;
  }

  #expect(within_ms: number, failure: string): void {
    window.clearTimeout(this.#deadline);
    this.#deadline = window.setTimeout(() => this.#fail(failure), within_ms);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#events.phase(phase);
  }
}
