/** What is tried, what came of it, and what to do about it. Pure: words alone. */

export type LegId = 'http' | 'signaling' | 'udp' | 'tcp' | 'turn' | 'media' | 'decoding';

export type Outcome =
  | { kind: 'waiting' | 'running' }
  /** `ms`: until it worked; `trip_ms`: the median of round trips after that. */
  | { kind: 'passed'; detail: string; ms?: number | undefined; trip_ms?: number | undefined }
  | { kind: 'failed'; detail: string; ms?: number | undefined }
  /** There is nothing to try, and why. */
  | { kind: 'skipped'; detail: string };

export type Outcomes = Record<LegId, Outcome>;

export interface Leg {
  id: LegId;
  name: string;
  /** What goes by it. */
  carries: string;
}

export const LEGS: readonly Leg[] = [
  { id: 'http', name: 'HTTP', carries: 'the page and the API' },
  { id: 'signaling', name: 'Signaling WebSocket', carries: 'offers, answers and control' },
  { id: 'udp', name: 'WebRTC over UDP', carries: 'the stream, at its best' },
  { id: 'tcp', name: 'WebRTC over TCP', carries: 'the stream where UDP is blocked' },
  { id: 'turn', name: 'TURN relay', carries: 'the stream where nothing comes in' },
  { id: 'media', name: 'Media WebSocket', carries: 'the stream where HTTP alone passes' },
  { id: 'decoding', name: 'Decoding', carries: 'pictures, in this browser' },
];

/** Ways for the stream, best first. */
const WAYS: readonly LegId[] = ['udp', 'tcp', 'turn', 'media'];

export function waiting(): Outcomes {
  return Object.fromEntries(LEGS.map(({ id }) => [id, { kind: 'waiting' }])) as Outcomes;
}

/** The best way that works; `null` when none does. */
export function best(outcomes: Outcomes): Leg | null {
  return LEGS.find(({ id }) => WAYS.includes(id) && outcomes[id].kind === 'passed') ?? null;
}

export function isDone(outcomes: Outcomes): boolean {
  return LEGS.every(({ id }) => !['waiting', 'running'].includes(outcomes[id].kind));
}

/** All of it in one sentence. */
export function summary(outcomes: Outcomes): string {
  if (!isDone(outcomes)) return 'Trying each way by itself …';
  if (outcomes.http.kind === 'failed') return 'The server does not answer.';
  const way = best(outcomes);
  if (!way) return 'No way for the stream works: still pictures are what is left.';
  if (outcomes.decoding.kind === 'failed') return 'The stream arrives, but this browser cannot decode it.';
  const failed = LEGS.filter(({ id }) => outcomes[id].kind === 'failed').map(({ name }) => name);
  if (failed.length === 0) return 'Every way works. The picture comes by WebRTC over UDP.';
  return `The picture comes by ${way.name}. ${list(failed)} ${failed.length === 1 ? 'does' : 'do'} not work.`;
}

/** Differences below this are noise, ms. */
const NOTICEABLE_MS = 1;

/** How much longer a round trip takes than by the best way, ms; `null` where that says nothing. */
export function beyondBest(outcomes: Outcomes, id: LegId): number | null {
  const trip = (one: LegId) => {
    const outcome = outcomes[one];
    return WAYS.includes(one) && outcome.kind === 'passed' ? outcome.trip_ms : undefined;
  };
  const way = best(outcomes);
  const [least, own] = [way ? trip(way.id) : undefined, trip(id)];
  if (way?.id === id || least === undefined || own === undefined) return null;
  return own - least >= NOTICEABLE_MS ? own - least : null;
}

/** What to do where a leg fails; `port` is where streams are offered. */
export function advice(outcomes: Outcomes, id: LegId, port: number | null): string | null {
  if (outcomes[id].kind !== 'failed') return null;
  const number = port ?? 'of webrtc.port';
  switch (id) {
    case 'http':
      return 'See whether the daemon runs, and whether TCP to server.port is open between here and there.';
    case 'signaling':
      return 'A proxy that passes HTTP must also pass WebSockets under /ws/: for nginx, proxy_http_version 1.1 with the headers Upgrade and Connection. Names other than the listening address belong in server.allowed_hosts.';
    case 'udp':
      return `Open UDP port ${number} in firewalls (webrtc.port; 0 is the number of server.port). In a container publish it: -p ${port ?? 8000}:${port ?? 8000}/udp. Behind a NAT, set webrtc.advertise_addresses to the address that viewers reach.`;
    case 'tcp':
      return `Open TCP port ${number}. A proxy that understands only HTTP does not pass it; one that passes TCP as it is does. Behind a NAT, set webrtc.advertise_addresses. Without it, a network without UDP leaves the media WebSocket.`;
    case 'turn':
      return 'See that the TURN server of webrtc.ice_servers can be reached from here and from the daemon, that their clocks agree, and that its secret is webrtc.turn_secret.';
    case 'media':
      return 'A proxy must pass WebSockets under /ws/media, and must not end those that are open for long (for nginx: proxy_read_timeout).';
    case 'decoding':
      return 'Use a browser with H.264. WebCodecs needs HTTPS, or localhost.';
  }
}

export interface Figures {
  /** The page's address, without its token. */
  address: string;
  browser: string;
  version: string | null;
  port: number | null;
}

/** The whole as text, for a bug report. */
export function report(outcomes: Outcomes, { address, browser, version, port }: Figures): string {
  const lines = [`mjcast connection check`, `server: ${address}${version ? `, version ${version}` : ''}`, `browser: ${browser}`, ''];
  lines.push(summary(outcomes), '');
  for (const { id, name } of LEGS) {
    const outcome = outcomes[id];
    const detail = 'detail' in outcome ? `: ${outcome.detail}` : '';
    lines.push(`${name}: ${outcome.kind}${figures(outcomes, id).map((text) => `, ${text}`).join('')}${detail}`);
    const what = advice(outcomes, id, port);
    if (what) lines.push(`  ${what}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What was measured, in words. */
export function figures(outcomes: Outcomes, id: LegId): string[] {
  const outcome = outcomes[id];
  const beyond = beyondBest(outcomes, id);
  return [
    ...('ms' in outcome && outcome.ms !== undefined ? [`${ms(outcome.ms)} to ${id === 'http' ? 'answer' : 'set up'}`] : []),
    ...('trip_ms' in outcome && outcome.trip_ms !== undefined ? [`${ms(outcome.trip_ms)} round trip`] : []),
    ...(beyond === null ? [] : [`+${ms(beyond)} to the best way`]),
  ];
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function list(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
