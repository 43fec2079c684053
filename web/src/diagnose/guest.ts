/**
 * A viewer for as long as the check takes: it only watches, small, and leaves. Each way is tried by itself: candidates
 * of the others are kept from both ends.
 */

import { mediaAddress, type Endpoints } from '../connection/endpoints';
import { Peer } from '../connection/peer';
import { Signaling } from '../connection/signaling';
import { parseServerMessage, type ServerMessage, type Welcome } from '../protocol/server';

const TRIPS = 7;
const TRIP_EVERY_MS = 40;
const TRIPS_WITHIN_MS = 3_000;
const WELCOME_WITHIN_MS = 5_000;
const CONNECTED_WITHIN_MS = 6_000;
/** A relay is asked first, which may take a while. */
const RELAYED_WITHIN_MS = 10_000;
const FRAME_WITHIN_MS = 5_000;
/** Small: what is drawn and encoded for nobody should cost nothing. */
const VIEWPORT = { type: 'viewport', width: 160, height: 120, dpr: 1 } as const;

export type Path = 'udp' | 'tcp' | 'relay';

export interface Measured {
  ms: number;
  trip_ms: number;
  /** Where the stream comes from. */
  from?: string | undefined;
}

export class Guest {
  readonly welcome: Welcome;
  /** Addresses that the daemon has offered, as `HOST:PORT`, by protocol. */
  readonly offered = { udp: new Set<string>(), tcp: new Set<string>() };
  readonly #at: Endpoints;
  readonly #signaling: Signaling;
  #hear: (message: ServerMessage) => void = () => undefined;
  #trip: (ms: number) => void = () => undefined;

  private constructor(at: Endpoints, signaling: Signaling, welcome: Welcome) {
    [this.#at, this.#signaling, this.welcome] = [at, signaling, welcome];
  }

  static open(at: Endpoints): Promise<Guest> {
    const url = new URL(at.signaling);
    url.searchParams.set('role', 'view');
    return within(WELCOME_WITHIN_MS, 'the socket does not open, or says nothing', (resolve, reject) => {
      let guest: Guest | null = null;
      const signaling = new Signaling(url.href, {
        message(message) {
          if (message.type === 'welcome') {
            guest = new Guest(at, signaling, message);
            signaling.send(VIEWPORT);
            resolve(guest);
          } else if (guest) guest.#hear(message);
        },
        lost: (reason) => reject(new Error(reason)),
        pong: (sent_ms) => guest && guest.#trip(performance.now() - sent_ms),
      });
      return () => guest ?? signaling.close();
    });
  }

  /** The median round trip of the signaling socket, ms. */
  trip(): Promise<number> {
    return median((told) => {
      this.#trip = told;
      return () => this.#signaling.ping();
    });
  }

  /** Connects by one path alone. */
  async connect(path: Path): Promise<Measured> {
    const from = performance.now();
    let told: (ms: number) => void = () => undefined;
    let failed: (error: Error) => void = () => undefined;
    let connected: () => void = () => undefined;
    const ours = (candidate: RTCIceCandidateInit | null) => candidate === null || path === 'relay' || matches(candidate.candidate, path);
    const peer = new Peer(
      this.welcome.ice_servers,
      [],
      {
        candidate: (candidate) => void (ours(candidate) && this.#signaling.send({ type: 'ice-candidate', candidate })),
        message: () => undefined,
        stream: () => undefined,
        state: (state) => {
          if (state === 'connected') connected();
          else if (state === 'failed' || state === 'closed') failed(new Error('no pair of addresses works'));
        },
        pulse: () => undefined,
        roundTrip: (ms) => told(ms),
      },
      path === 'relay' ? 'relay' : 'all',
    );
    try {
      const patience = path === 'relay' ? RELAYED_WITHIN_MS : CONNECTED_WITHIN_MS;
      await within<void>(patience, `nothing gets through within ${patience / 1000} s`, (resolve, reject) => {
        [connected, failed] = [resolve, reject];
        this.#hear = (message) => {
          if (message.type === 'answer') void peer.accept(this.#only(message.sdp, path)).catch(reject);
          else if (message.type === 'ice-candidate') {
            this.#note(message.candidate?.candidate);
            if (ours(message.candidate)) void peer.addCandidate(message.candidate);
          } else if (message.type === 'error' && message.code === 'bad_offer') reject(new Error(message.message));
        };
        peer.offer().then((sdp) => this.#signaling.send({ type: 'offer', sdp }), reject);
      });
      const ms = performance.now() - from;
      const trip_ms = await median((tell) => {
        told = tell;
        return () => peer.sendInput({ type: 'ping', t: performance.now() });
      });
      return { ms, trip_ms, from: await farEnd(peer.pc) };
    } finally {
      this.#hear = () => undefined;
      peer.close();
    }
  }

  /** Opens the media socket and waits for a picture. */
  async media(): Promise<Measured> {
    const from = performance.now();
    const socket = new WebSocket(mediaAddress(this.#at.signaling, this.welcome));
    socket.binaryType = 'arraybuffer';
    try {
      await within<void>(FRAME_WITHIN_MS, 'no picture comes', (resolve, reject) => {
        socket.onopen = () => socket.send(JSON.stringify({ type: 'media', format: 'annexb' }));
        socket.onmessage = ({ data }) => data instanceof ArrayBuffer && resolve();
        socket.onclose = ({ reason }) => reject(new Error(reason || 'the socket does not open'));
      });
      const ms = performance.now() - from;
      const trip_ms = await median((tell) => {
        socket.onmessage = ({ data }) => {
          const message = parseServerMessage(data);
          if (message?.type === 'pong' && message.t !== undefined) tell(performance.now() - message.t);
        };
        return () => socket.send(JSON.stringify({ type: 'ping', t: performance.now() }));
      });
      return { ms, trip_ms };
    } finally {
      socket.onclose = null;
      socket.close(1000);
    }
  }

  leave(): void {
    this.#signaling.close();
  }

  /** An answer with the candidates of a path alone. */
  #only(sdp: string, path: Path): string {
    const lines = sdp.split('\r\n');
    return lines.filter((line) => {
      if (!line.startsWith('a=candidate:')) return true;
      this.#note(line);
      return path === 'relay' || matches(line, path);
    }).join('\r\n');
  }

  #note(candidate: string | undefined): void {
    const [, , protocol, , address, port] = candidate?.split(' ') ?? [];
    const known = protocol?.toLowerCase();
    if ((known === 'udp' || known === 'tcp') && address && port) this.offered[known].add(`${address.includes(':') ? `[${address}]` : address}:${port}`);
  }
}

function matches(candidate: string | undefined, path: Path): boolean {
  return candidate === '' || candidate?.split(' ')[2]?.toLowerCase() === path;
}

/** The daemon's end of the pair in use. */
async function farEnd(pc: RTCPeerConnection): Promise<string | undefined> {
  const stats = await pc.getStats();
  const entries = [...stats.values()] as Record<string, unknown>[];
  const transport = entries.find((entry) => entry['type'] === 'transport');
  const pair = stats.get(String(transport?.['selectedCandidatePairId'])) as Record<string, unknown> | undefined;
  const far = stats.get(String(pair?.['remoteCandidateId'])) as Record<string, unknown> | undefined;
  return far && `${String(far['address'] ?? far['ip'])}:${String(far['port'])}`;
}

/** Asks some times and gives the median of how long the answers took, ms. */
function median(ask: (told: (ms: number) => void) => () => unknown): Promise<number> {
  const trips: number[] = [];
  return within(TRIPS_WITHIN_MS, 'it opens, but nothing comes back', (resolve) => {
    const put = ask((ms) => {
      trips.push(ms);
      if (trips.length >= TRIPS) resolve(trips.sort((a, b) => a - b)[TRIPS >> 1]!);
    });
    const timer = setInterval(put, TRIP_EVERY_MS);
    return () => clearInterval(timer);
  });
}

/** A promise that gives up; what `start` returns is done at its end, however it ends. */
async function within<T>(
  ms: number,
  otherwise: string,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => (() => unknown) | void,
): Promise<T> {
  const ends: (() => unknown)[] = [];
  try {
    return await new Promise<T>((resolve, reject) => {
      const timer = window.setTimeout(() => reject(new Error(otherwise)), ms);
      ends.push(() => window.clearTimeout(timer), start(resolve, reject) ?? (() => undefined));
    });
  } finally {
    for (const end of ends) end();
  }
}
