/**
 * The signaling socket as the rest of the page knows it: one that breaks, or that nothing comes through any more, is
 * opened again while the stream goes on. The daemon keeps the viewer's place for it.
 *
 * TCP waits for longer and longer after losses: a socket that was silent for ten seconds may be so for ten more
 * although the network is back. A new one is not.
 */

import type { ClientMessage } from '../protocol/client';
import type { ServerMessage, Welcome } from '../protocol/server';
import { retryDelay } from './backoff';
import { Signaling } from './signaling';

/** A socket that does not answer within this is opened anew. */
const ANSWER_WITHIN_MS = 1_500;
/** The daemon keeps a place for this long. */
const KEPT_MS = 15_000;

/** Where to come back to. */
export interface Place {
  viewer: string;
  ticket: string;
}

export interface LifelineEvents {
  /** `resumed`: it is the viewer that it was. */
  welcome(welcome: Welcome, resumed: boolean): void;
  message(message: ServerMessage): void;
  /** Whether there is something that goes on without the socket for a while. */
  flows(): boolean;
  /** It is gone for good; called at most once and never after `close`. `ended`: there is nothing to come back to. */
  lost(reason: string, ended: boolean): void;
  /** A ping that was sent then has been answered; `clock_us` is the daemon's time, µs. */
  pong(sent_ms: number, clock_us?: number): void;
}

export class Lifeline {
  readonly #url: string;
  readonly #events: LifelineEvents;
  #socket: Signaling;
  #place: Place | null;
  /** The socket has said who the viewer is. */
  #welcomed = false;
  #attempt = 0;
  /** Since when there is no answer, ms. */
  #silentSince: number | null = null;
  #timer = 0;

  /** Throws where `url` is not valid. */
  constructor(url: string, place: Place | null, events: LifelineEvents) {
    [this.#url, this.#place, this.#events] = [url, place, events];
    this.#socket = this.#open();
  }

  /** Where another lifeline finds the viewer that this one had. */
  get place(): Place | null {
    return this.#place;
  }

  /** Whether a question waits for its answer. */
  get silent(): boolean {
    return this.#silentSince !== null;
  }

  send(message: ClientMessage): boolean {
    return this.#welcomed && this.#socket.send(message);
  }

  /** Finds out whether the socket still carries anything, and opens another unless it does. */
  ask(): void {
    if (this.silent) return;
    this.#silentSince = performance.now();
    if (this.#socket.ping()) this.#retryIn(ANSWER_WITHIN_MS);
    else this.#again();
  }

  /** `comesBack`: with another lifeline, to the same place. */
  close(comesBack = false): void {
    window.clearTimeout(this.#timer);
    this.#socket.close(comesBack);
  }

  #open(): Signaling {
    const url = new URL(this.#url);
    url.searchParams.set('resume', this.#place?.ticket ?? '');
    this.#welcomed = false;
    return new Signaling(url.href, {
      message: (message) => this.#receive(message),
      lost: (reason, ended) => this.#lost(reason, ended),
      pong: (sent_ms, clock_us) => {
        this.#answered();
        this.#events.pong(sent_ms, clock_us);
      },
    });
  }

  #receive(message: ServerMessage): void {
    if (message.type !== 'welcome') return this.#events.message(message);
    const resumed = message.viewer_id === this.#place?.viewer;
    this.#place = message.media ? { viewer: message.viewer_id, ticket: message.media.ticket } : null;
    this.#welcomed = true;
    this.#answered();
    this.#events.welcome(message, resumed);
  }

  #answered(): void {
    this.#silentSince = null;
    this.#attempt = 0;
    window.clearTimeout(this.#timer);
  }

  #lost(reason: string, ended: boolean): void {
    const since = (this.#silentSince ??= performance.now());
    const worthIt = !ended && this.#place && this.#events.flows() && performance.now() - since < KEPT_MS;
    if (!worthIt) {
      window.clearTimeout(this.#timer);
      return this.#events.lost(reason, ended);
    }
    this.#welcomed = false;
    this.#retryIn(retryDelay(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  #retryIn(ms: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#again(), ms);
  }

  #again(): void {
    const since = this.#silentSince ?? performance.now();
    this.#socket.close(true);
    if (!this.#place || performance.now() - since >= KEPT_MS) return this.#events.lost('the server fell silent', false);
    this.#socket = this.#open();
    this.#retryIn(ANSWER_WITHIN_MS);
  }
}
