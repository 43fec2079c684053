/** What the daemon says, on the socket and on the data channels. Anything unknown parses to `null`. */

import type { Schemas } from '#protocol';
import { company, role, type Company, type Role } from './company';
import { compact, fields, finite, finites, flag, list, numbers, text, texts, type Every, type Fields, type Unread } from './fields';

export type { Role } from './company';

type Described = Schemas['ServerMessage'];
type Of<Type extends Described['type']> = Extract<Described, { type: Type }>;

export type Camera = Schemas['CameraState'];
/** The body that double clicks select and ctrl drags pull. */
export type Selection = Schemas['SelectionState'];
/** What can be gone back to, in steps along the timeline; `cursor` is null at its end. */
export type History = Schemas['HistoryState'];
/** Another's pointer; `x` and `y` are shares of the picture, [0, 1). */
export type Cursor = Schemas['CursorState'];
/** When a frame was where, µs on the daemon's clock. */
export type FrameStamps = Schemas['FrameStamps'];
/** Path of the media socket, and what lets this viewer in. */
export type MediaPlace = Schemas['MediaAddress'];

type Frame = Omit<Schemas['FrameState'], 'encoder'> & { encoder: string };

/** Simulation and stream figures, at most 30 a second, of which any may be absent. */
export type SimState = Partial<
  Omit<Schemas['State'], 'speed' | 'frame' | 'latency'> & {
    /** Wanted speed, 1 = real time; `Infinity` is as fast as can be. */
    speed: number;
    frame: Partial<Frame>;
    latency: Partial<Schemas['LatencyState']>;
  }
>;

export interface Welcome {
  type: 'welcome';
  viewer_id: string;
  session: string;
  role: Role;
  ice_servers: RTCIceServer[];
  /** Where the stream is to be had without WebRTC. */
  media?: MediaPlace;
}

export type ServerMessage =
  | Welcome
  | { type: 'answer'; sdp: string }
  | { type: 'ice-candidate'; candidate: RTCIceCandidateInit | null }
  | { type: 'scene_updated'; xml?: string; model_name?: string }
  | { type: 'control'; company: Company; role?: Role }
  /** An agent is about to act; `undo`: it can be taken back. */
  | { type: 'act'; agent: string; act: string; undo: boolean }
  | { type: 'error'; code: string; message: string }
  | { type: 'result'; id: string; ok: boolean; error?: string }
  | { type: 'pong'; t?: number; clock_us?: number }
  | { type: 'stamps'; frames: FrameStamps[] }
  | { type: 'moved'; url: string }
  /** How the simulation is computed, by MJCF's names. */
  | { type: 'options'; options: Fields }
  /** What is shown and how it is drawn, by MuJoCo's names. */
  | { type: 'flags'; flags: Fields }
  | { type: 'state'; state: SimState };

/** Parses one message; `null` for what is malformed or unknown. */
export function parseServerMessage(raw: unknown): ServerMessage | null {
  if (typeof raw !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return null;
  }
  const message = fields(value);
  const type = message && text(message['type']);
  return message && type !== undefined && Object.hasOwn(READERS, type) ? READERS[type as keyof typeof READERS](message) : null;
}

/** One for each message that the daemon describes. */
type Readers = { [Type in Described['type']]: (m: Unread<Of<Type>>) => ServerMessage | null };

const READERS: Readers = {
  welcome,
  state: (m) => ({ type: 'state', state: simState(m) }),
  answer: (m) => {
    const sdp = text(m['sdp']);
    return sdp === undefined ? null : { type: 'answer', sdp };
  },
  'ice-candidate': (m) => ({ type: 'ice-candidate', candidate: candidate(m['candidate']) }),
  scene_updated: (m) => ({
    type: 'scene_updated',
    ...compact<{ xml?: string; model_name?: string }>({ xml: text(m['xml']), model_name: text(m['model_name']) }),
  }),
  control: (m) => ({
    type: 'control',
    company: company(m),
    ...compact<{ role?: Role }>({ role: role(m['role']) }),
  }),
  act: (m) => ({ type: 'act', agent: text(m['agent']) ?? 'An agent', act: text(m['act']) ?? '', undo: flag(m['undo']) ?? false }),
  error: (m) => ({
    type: 'error',
    code: text(m['code']) ?? 'error',
    message: text(m['message']) ?? 'The server reported an error.',
  }),
  result,
  pong: (m) => ({
    type: 'pong',
    ...compact<{ t?: number; clock_us?: number }>({ t: finite(m['t']), clock_us: finite(m['clock_us']) }),
  }),
  stamps: (m) => ({ type: 'stamps', frames: list(m['frames'], frameStamps) ?? [] }),
  options: (m) => object(m, 'options'),
  flags: (m) => object(m, 'flags'),
  moved: (m) => {
    const url = text(m['url']);
    return url === undefined ? null : { type: 'moved', url };
  },
};

function object<K extends 'options' | 'flags'>(m: { readonly [name in K]?: unknown }, type: K): ServerMessage | null {
  const value = fields(m[type]);
  return value ? ({ type, [type]: value } as ServerMessage) : null;
}

function welcome(m: Unread<Of<'welcome'>>): Welcome {
  return {
    type: 'welcome',
    viewer_id: String(m['viewer_id'] ?? ''),
    session: text(m['session']) ?? 'default',
    role: role(m['role']) ?? 'control',
    ice_servers: iceServers(m['ice_servers']),
    ...compact<{ media?: MediaPlace }>({ media: mediaPlace(m['media']) }),
  };
}

function frameStamps(value: unknown): FrameStamps | undefined {
  const m = fields<FrameStamps>(value);
  if (!m) return undefined;
  const [id, rtp, sent_us] = [finite(m['id']), finite(m['rtp']), finite(m['sent_us'])];
  const [render_us, encode_us, done_us] = [finite(m['render_us']), finite(m['encode_us']), finite(m['done_us'])];
  if (id === undefined || rtp === undefined || sent_us === undefined) return undefined;
  if (render_us === undefined || encode_us === undefined || done_us === undefined) return undefined;
  return {
    ...{ id, rtp, render_us, encode_us, done_us, sent_us },
    ...compact<{ input_us?: number; state_us?: number }>({
      input_us: finite(m['input_us']),
      state_us: finite(m['state_us']),
    }),
  };
}

function mediaPlace(value: unknown): MediaPlace | undefined {
  const m = fields<MediaPlace>(value);
  const [path, ticket] = [m && text(m['path']), m && text(m['ticket'])];
  return path?.startsWith('/') && ticket ? { path, ticket } : undefined;
}

function result(m: Unread<Of<'result'>>): ServerMessage | null {
  const id = text(m['id']) ?? finite(m['id'])?.toString();
  const ok = flag(m['ok']);
  if (id === undefined || ok === undefined) return null;
  return { type: 'result', id, ok, ...compact<{ error?: string }>({ error: text(m['error']) }) };
}

export function simState(m: Unread<Schemas['State']>): SimState {
  const frame = fields<Frame>(m['frame']);
  const latency = fields<Schemas['LatencyState']>(m['latency']);
  return compact<SimState>({
    time: finite(m['time']),
    step_count: finite(m['step_count']),
    tick: finite(m['tick']),
    paused: flag(m['paused']),
    // JSON has no infinity.
    speed: m['speed'] === null ? Infinity : finite(m['speed']),
    rtf: finite(m['rtf']),
    viewers: finite(m['viewers']),
    camera: camera(m['camera']),
    cameras: texts(m['cameras']),
    selected: m['selected'] === null ? null : selection(m['selected']),
    history: m['history'] === null ? null : history(m['history']),
    contacts: finite(m['contacts']),
    constraints: finite(m['constraints']),
    iterations: finite(m['iterations']),
    energy: numbers(m['energy'], 2),
    qpos: finites(m['qpos']),
    ctrl: finites(m['ctrl']),
    sensors: finites(m['sensors']),
    cursors: list(m['cursors'], cursor),
    frame:
      frame &&
      compact<Partial<Frame>>({
        id: finite(frame['id']),
        rtp: finite(frame['rtp']),
        size: numbers(frame['size'], 2),
        encoder: text(frame['encoder']),
      } satisfies Every<Frame>),
    latency:
      latency &&
      compact<Partial<Schemas['LatencyState']>>({
        render_ms: finite(latency['render_ms']),
        encode_ms: finite(latency['encode_ms']),
      } satisfies Every<Schemas['LatencyState']>),
  } satisfies Every<SimState>);
}

export function camera(value: unknown): Camera | undefined {
  const m = fields<Camera>(value);
  return (
    m &&
    compact<Camera>({
      azimuth: finite(m['azimuth']),
      elevation: finite(m['elevation']),
      distance: finite(m['distance']),
      lookat: numbers(m['lookat'], 3),
      name: text(m['name']),
      tracks: finite(m['tracks']),
    } satisfies Every<Camera>)
  );
}

function selection(value: unknown): Selection | undefined {
  const m = fields<Selection>(value);
  const body = m && finite(m['body']);
  if (!m || body === undefined) return undefined;
  return { body, name: text(m['name']) ?? '', held: flag(m['held']) ?? false };
}

function history(value: unknown): History | undefined {
  const m = fields<History>(value);
  const [first, last] = [m && finite(m['first']), m && finite(m['last'])];
  if (!m || first === undefined || last === undefined || last < first) return undefined;
  return { first, last, cursor: finite(m['cursor']) ?? null };
}

function cursor(value: unknown): Cursor | undefined {
  const m = fields<Cursor>(value);
  const id = m && text(m['viewer_id']);
  const [x, y] = [m && finite(m['x']), m && finite(m['y'])];
  return !id || x === undefined || y === undefined ? undefined : { viewer_id: id, x, y };
}

function candidate(value: unknown): RTCIceCandidateInit | null {
  if (typeof value === 'string') return value === '' ? null : { candidate: value, sdpMLineIndex: 0 };
  const m = fields<Schemas['Candidate']>(value);
  const line = m && text(m['candidate']);
  if (!m || !line) return null;
  return {
    candidate: line,
    sdpMid: text(m['sdpMid']) ?? null,
    sdpMLineIndex: finite(m['sdpMLineIndex']) ?? null,
    usernameFragment: text(m['usernameFragment']) ?? null,
  };
}

function iceServers(value: unknown): RTCIceServer[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown): RTCIceServer[] => {
    const m = fields<Schemas['IceServer']>(entry);
    const urls = m && (text(m['urls']) ?? texts(m['urls']));
    if (!m || urls === undefined || urls.length === 0) return [];
    return [compact({ urls, username: text(m['username']), credential: text(m['credential']) })];
  });
}
