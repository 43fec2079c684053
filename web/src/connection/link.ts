/**
 * Keeps the page connected: socket, then the best way for the picture (`ladder.ts`), and again after a failure.
 *
 * ```text
 *            welcome                 a way is up           first frame
 * opening ───────────► negotiating ─────────────► buffering ───────────► live
 *    ▲                     │   ▲                      │                   │
 *    │                     │   └── the next way down ─┴───────────────────┤
 *    └────── waiting ◄─────┴──────── failure ─────────┴───────────────────┘
 *           (backoff)
 * ```
 * A way that stalls is mended while its last picture stays (`pulse.ts`), and so is the socket (`lifeline.ts`).
 */

import type { ClientMessage } from '../protocol/client';
import type { ServerMessage, Welcome } from '../protocol/server';
import { retryDelay } from './backoff';
import { efficientCodecs } from './codecs';
import { mediaAddress, type Endpoints } from './endpoints';
import { deadline, ladder, step, type Act, type Choice, type Ladder, type LadderEvent, type Rung } from './ladder';
import { Lifeline, type Place } from './lifeline';
import type { Packet } from './packet';
import { hasH264, Peer } from './peer';
import type { Snapshot } from './stats';

/** A daemon that accepts the socket but says nothing is as good as absent. */
const WELCOME_WITHIN_MS = 10_000;
/** A connection that lasted this long starts the backoff anew. */
const SETTLED_MS = 5_000;

/** The ways down are fetched while there is a good one: when it is lost there may be no time, or no network. */
const FETCH_LOWER_AFTER_MS = 1_000;

/** What WebRTC's first picture does not need. */
const lower = {
  websocket: () => import('./mediaSocket'),
  pictures: () => import('./pictures'),
};

function fetchLower(): void {
  for (const fetched of Object.values(lower)) fetched().catch(() => undefined);
}

export type Phase =
  | { kind: 'opening'; attempt: number }
  | { kind: 'negotiating' }
  | { kind: 'buffering' }
  | { kind: 'live' }
  | { kind: 'waiting'; retryAt_ms: number; reason: string }
  | { kind: 'stopped'; reason: string };

export interface LinkEvents {
  phase(phase: Phase): void;
  /** `resumed`: it is the viewer that it was, and nothing is forgotten. */
  welcome(welcome: Welcome, resumed: boolean): void;
  message(message: ServerMessage): void;
  /** Shows what a way brings. */
  show(source: MediaStream | MediaSource): void;
  /** The element that does. */
  video(): HTMLVideoElement | undefined;
  /** By which way the picture comes from now on; `reason`: why this browser has no better one. */
  via(rung: Rung | null, reason?: string): void;
  /** A ping that was sent then has been answered; `clock_us` is the daemon's time, µs. */
  pong(sent_ms: number, clock_us?: number): void;
  /** A frame arrived on a socket. */
  frame(packet: Packet): void;
  /** … and the page has decoded the one of this time, and at `at_us` where it is shown, which took so long. */
  decoded(time: number, at_us: number, took_ms?: number): void;
  /** The way is about to end: the last moment to keep its picture, and replies on it are lost. */
  ending(): void;
  /** Explains a socket that never opened, or `null` when there is nothing better to say. */
  diagnose(): Promise<{ reason: string; retry: boolean } | null>;
}

/** What a rung has running. */
interface Way {
  close(): void;
  statistics(): Promise<Snapshot | null>;
  sendControl?(message: ClientMessage): boolean;
  sendInput?(message: ClientMessage): boolean;
}

export class Link {
  readonly #events: LinkEvents;
  readonly #at: Endpoints;
  #url: string;
  #phase: Phase = { kind: 'opening', attempt: 0 };
  #signaling: Lifeline | null = null;
  /** Where to come back to. */
  #place: Place | null = null;
  #welcome: Welcome | null = null;
  #ladder: Ladder;
  readonly #ways = new Map<Rung, Way>();
  /** What each way has to show; the main one's is shown. */
  readonly #sources = new Map<Rung, MediaStream | MediaSource>();
  #deadline = 0;
  #due = 0;
  #retry = 0;
  #attempt = 0;
  #stamps = false;
  #liveSince_ms = 0;
  /** Asked while the socket is still opening. */
  readonly #efficient = efficientCodecs(navigator.mediaCapabilities);
  /** Counts attempts, so that answers to an abandoned one are recognised. */
  #generation = 0;
  /** The same for peers. */
  #peers = 0;
  /** Offers that are not answered yet: what answers an earlier one than the last is of no use. */
  #owed = 0;

  constructor(at: Endpoints, choice: Choice, events: LinkEvents) {
    [this.#at, this.#url, this.#events] = [at, at.signaling, events];
    this.#ladder = ladder(choice);
  }

  get pc(): RTCPeerConnection | null {
    const peer = this.#ladder.main === 'webrtc' ? this.#ways.get('webrtc') : null;
    return peer instanceof Peer ? peer.pc : null;
  }

  /** By which way the picture comes, or is about to. */
  get via(): Rung | null {
    return this.#ladder.main;
  }

  get connected(): boolean {
    return this.#ladder.up;
  }

  start(): void {
    this.#abandon();
    this.#enter({ kind: 'opening', attempt: this.#attempt });
    this.#deadline = window.setTimeout(() => this.#fail('the server does not answer'), WELCOME_WITHIN_MS);
    try {
      this.#signaling = new Lifeline(this.#url, this.#place, {
        welcome: (welcome, resumed) => this.#welcomed(welcome, resumed),
        message: (m) => this.#receive(m),
        flows: () => this.#ladder.up && !this.#ladder.mending,
        lost: (reason, ended) => void this.#socketLost(reason, ended),
        pong: (sent_ms, clock_us) => this.#events.pong(sent_ms, clock_us),
      });
    } catch {
      this.#enter({ kind: 'stopped', reason: 'The address of the server is not valid.' });
    }
  }

  /** Skips the rest of a backoff. */
  retryNow(): void {
    if (this.#phase.kind === 'waiting' || this.#phase.kind === 'stopped') this.start();
  }

  /** The network may have changed: what did not work may work now. `isNew`: what works may be on its last packets. */
  networkChanged(isNew: boolean): void {
    this.retryNow();
    this.#tell({ kind: 'network' });
    this.#signaling?.ask();
    if (isNew && this.#ladder.main === 'webrtc' && this.#ladder.up) void this.#mend();
  }

  /** Uses this way from now on, or whichever works. */
  choose(choice: Choice): void {
    this.#tell({ kind: 'choose', choice });
  }

  /** Continues at another daemon's socket. */
  moveTo(url: string): void {
    // The place here is given up.
    this.#signaling?.close();
    this.#signaling = this.#place = null;
    this.#url = url;
    this.#attempt = 0;
    this.start();
  }

  /** To be told when the page shows a frame of the current stream. */
  framePresented(): void {
    if (this.#phase.kind !== 'buffering' || !this.connected) return;
    this.#liveSince_ms = performance.now();
    this.#enter({ kind: 'live' });
    window.setTimeout(fetchLower, FETCH_LOWER_AFTER_MS);
  }

  /** Sends a message that must arrive; says whether there was a way. */
  send(message: ClientMessage): boolean {
    return (this.#main?.sendControl?.(message) || this.#signaling?.send(message)) ?? false;
  }

  /** Sends a message that the next one supersedes. */
  sendLossy(message: ClientMessage): boolean {
    return (this.#main?.sendInput?.(message) || this.#signaling?.send(message)) ?? false;
  }

  /** Whether to be told when frames were where; those of a socket always say it. */
  tellStamps(on: boolean): void {
    this.#stamps = on;
    this.#peer?.tellStamps(on);
  }

  async statistics(): Promise<Snapshot | null> {
    return (await this.#main?.statistics()) ?? null;
  }

  get #main(): Way | undefined {
    return this.#ladder.main ? this.#ways.get(this.#ladder.main) : undefined;
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case 'answer':
        this.#owed -= 1;
        if (this.#owed > 0) break;
        this.#tell({ kind: 'answered' });
        void this.#accept(message.sdp);
        break;
      case 'error':
        if (message.code !== 'bad_offer' || this.#owed === 0) return this.#events.message(message);
        this.#owed -= 1;
        if (this.#owed === 0) this.#lose(message.message);
        break;
      case 'ice-candidate':
        void this.#peer?.addCandidate(message.candidate);
        break;
      default:
        this.#events.message(message);
    }
  }

  #welcomed(welcome: Welcome, resumed: boolean): void {
    window.clearTimeout(this.#deadline);
    const goesOn = resumed && this.#ladder.main !== null;
    if (!goesOn) this.#dropWays();
    this.#welcome = welcome;
    // What was asked of the socket before has no answer any more.
    this.#owed = 0;
    this.#events.welcome(welcome, resumed);
    if (!goesOn) this.#tell({ kind: 'begin', can: this.#can(welcome) });
    else if (!this.#ladder.up || this.#ladder.mending) void this.#mend();
  }

  #can(welcome: Welcome): Rung[] {
    const webrtc: Rung[] = 'RTCPeerConnection' in window ? ['webrtc'] : [];
    return [...webrtc, ...(welcome.media ? (['websocket'] as const) : []), 'pictures'];
  }

  // ---- the ladder -------------------------------------------------------------------------

  #tell(event: LadderEvent): void {
    const before = this.#ladder;
    const { ladder: after, acts } = step(before, event, performance.now());
    this.#ladder = after;
    if (before.mending && after.up && !after.mending) this.#refresh();
    window.clearTimeout(this.#due);
    const due = deadline(after);
    if (due !== null) this.#due = window.setTimeout(() => this.#tell({ kind: 'time', silent: this.#signaling?.silent }), due - performance.now());
    if (after.main !== before.main || (before.up && !after.up)) {
      this.#moved(before, after, event.kind === 'lost' && event.unfit ? event.reason : undefined);
    }
    for (const act of acts) this.#act(act);
    const source = after.main !== before.main && after.main && this.#sources.get(after.main);
    if (source) this.#events.show(source);
    if (after.up && !before.up && this.#phase.kind !== 'live') this.#enter({ kind: 'buffering' });
  }

  /** Another way carries the picture from now on, or is about to. */
  #moved(before: Ladder, after: Ladder, reason?: string): void {
    this.#events.via(after.main, reason);
    if (before.up) this.#events.ending();
    if (after.main && !after.up) this.#enter({ kind: 'negotiating' });
  }

  #act(act: Act): void {
    if (act.kind === 'fail') return this.#fail(act.reason);
    if (act.kind === 'mend') {
      // Is it this way, or all of the network?
      this.#signaling?.ask();
      return void (act.rung === 'webrtc' && this.#mend());
    }
    if (act.rung === 'webrtc') this.#peers += 1;
    this.#ways.get(act.rung)?.close();
    this.#ways.delete(act.rung);
    this.#sources.delete(act.rung);
    if (act.kind === 'start') this.#begin(act.rung);
  }

  #begin(rung: Rung): void {
    const welcome = this.#welcome;
    if (!welcome) return;
    if (rung === 'webrtc') return void this.#negotiate(welcome);
    const events = {
      message: (m: ServerMessage) => this.#ladder.main === rung && this.#events.message(m),
      frame: (packet: Packet) => this.#ladder.main === rung && this.#events.frame(packet),
      decoded: (...frame: [time: number, at_us: number, took_ms?: number]) =>
        this.#ladder.main === rung && this.#events.decoded(...frame),
      show: (source: MediaStream | MediaSource) => this.#show(rung, source),
      video: () => this.#events.video(),
      up: () => this.#tell({ kind: 'up', rung }),
      pulse: (flows: boolean) => this.#pulse(rung, flows),
      lost: (reason: string, replaced = false) => this.#tell({ kind: 'lost', rung, reason, replaced }),
    };
    const { media } = welcome;
    const making: Promise<() => Way> | undefined =
      rung === 'pictures'
        ? lower.pictures().then(({ Pictures }) => () => new Pictures(this.#at, welcome.session, welcome.viewer_id, events))
        : media && lower.websocket().then(({ MediaSocket }) => () => new MediaSocket(mediaAddress(this.#url, welcome), events));
    if (making) this.#await(rung, making);
  }

  /** Holds the place of a way whose script is being fetched; whoever takes the place away gives it up. */
  #await(rung: Rung, making: Promise<() => Way>): void {
    const place: Way = { close: () => undefined, statistics: () => Promise.resolve(null) };
    this.#ways.set(rung, place);
    making.then(
      (make) => this.#ways.get(rung) === place && this.#ways.set(rung, make()),
      () => this.#ways.get(rung) === place && this.#tell({ kind: 'lost', rung, reason: 'a part of the page did not load' }),
    );
  }

  /** Shows what the main way brings; what another brings waits until it is that. */
  #show(rung: Rung, source: MediaStream | MediaSource): void {
    this.#sources.set(rung, source);
    if (rung === this.#ladder.main) this.#events.show(source);
  }

  // ---- WebRTC -----------------------------------------------------------------------------

  get #peer(): Peer | null {
    const peer = this.#ways.get('webrtc');
    return peer instanceof Peer ? peer : null;
  }

  async #negotiate(welcome: Welcome): Promise<void> {
    const number = this.#peers;
    const efficient = await this.#efficient;
    if (number !== this.#peers) return;
    try {
      const peer = new Peer(welcome.ice_servers, efficient, {
        candidate: (candidate) => this.#signaling?.send({ type: 'ice-candidate', candidate }),
        message: (m) => this.#events.message(m),
        stream: (stream) => this.#show('webrtc', stream),
        state: (state) => this.#peerState(state),
        pulse: (flows) => this.#pulse('webrtc', flows),
      });
      peer.tellStamps(this.#stamps);
      this.#ways.set('webrtc', peer);
      const sdp = await peer.offer();
      if (number !== this.#peers) return;
      if (!hasH264(sdp)) this.#lose('this browser takes no H.264 by WebRTC', true);
      else if (this.#signaling?.send({ type: 'offer', sdp })) this.#owed += 1;
    } catch {
      if (number === this.#peers) this.#lose('this browser could not make an offer');
    }
  }

  /** Sets WebRTC up anew on the addresses of now: an ICE restart, under which the picture stays. */
  async #mend(): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    try {
      const sdp = await peer.offerAnew();
      if (peer === this.#peer && this.#signaling?.send({ type: 'offer', sdp })) this.#owed += 1;
    } catch {
      // It is given up in time.
    }
  }

  #pulse(rung: Rung, flows: boolean): void {
    this.#tell({ kind: flows ? 'up' : 'shaky', rung });
  }

  /** What came while nothing got through is lost: a key frame makes the picture whole at once. */
  #refresh(): void {
    this.send({ type: 'command', id: 'keyframe', cmd: 'request_keyframe', params: {} });
  }

  async #accept(sdp: string): Promise<void> {
    const peer = this.#peer;
    try {
      await peer?.accept(sdp);
    } catch {
      if (peer === this.#peer) this.#lose('this browser does not accept the answer of the server');
    }
  }

  #peerState(state: RTCPeerConnectionState): void {
    if (state === 'connected') this.#tell({ kind: 'up', rung: 'webrtc' });
    else if (state === 'failed') this.#lose('the media connection failed');
    else if (state === 'disconnected') this.#tell({ kind: 'shaky', rung: 'webrtc' });
    else if (state === 'closed') this.#lose('the server ended the stream');
  }

  #lose(reason: string, unfit = false): void {
    this.#tell({ kind: 'lost', rung: 'webrtc', reason, unfit });
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
    this.#owed = 0;
    window.clearTimeout(this.#deadline);
    window.clearTimeout(this.#retry);
    this.#place = this.#signaling?.place ?? this.#place;
    this.#signaling?.close(this.#place !== null);
    this.#signaling = null;
    this.#dropWays();
  }

  #dropWays(): void {
    this.#peers += 1;
    this.#tell({ kind: 'end' });
    for (const way of this.#ways.values()) way.close();
    this.#ways.clear();
    this.#sources.clear();
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#events.phase(phase);
  }
}
