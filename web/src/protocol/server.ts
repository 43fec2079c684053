/** What the daemon says, on the socket and on the data channels. Anything unknown parses to `null`. */

import { compact, fields, finite, flag, numbers, text, texts, type Fields } from './fields';

export type Role = 'view' | 'control' | 'admin';

export interface Camera {
  azimuth?: number;
  elevation?: number;
  distance?: number;
  lookat?: number[];
  name?: string;
}

/** Simulation and stream figures, at most 30 a second. The daemon may leave out any of them. */
export interface SimState {
  /** Simulated time, s. */
  time?: number;
  step_count?: number;
  paused?: boolean;
  /** Wanted speed, 1 = real time. */
  speed?: number;
  /** Speed reached, simulated over wall time. */
  rtf?: number;
  viewers?: number;
  camera?: Camera;
  cameras?: string[];
  frame?: { id?: number; rtp?: number; size?: number[] };
  latency?: { render_ms?: number; encode_ms?: number };
}

export interface Welcome {
  type: 'welcome';
  viewer_id: string;
  session: string;
  role: Role;
  ice_servers: RTCIceServer[];
  state?: SimState;
}

export type ServerMessage =
  | Welcome
  | { type: 'answer'; sdp: string }
  | { type: 'ice-candidate'; candidate: RTCIceCandidateInit | null }
  | { type: 'scene_updated'; xml?: string; model_name?: string }
  | { type: 'control'; holder?: string; role?: Role }
  | { type: 'error'; code: string; message: string }
  | { type: 'result'; id: string; ok: boolean; error?: string }
  | { type: 'pong'; t?: number }
  | { type: 'moved'; url: string }
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
  const reader = type !== undefined && Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  return message && reader ? reader(message) : null;
}

const READERS: Record<string, (m: Fields) => ServerMessage | null> = {
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
    ...compact<{ holder?: string; role?: Role }>({ holder: text(m['holder']), role: role(m['role']) }),
  }),
  error: (m) => ({
    type: 'error',
    code: text(m['code']) ?? 'error',
    message: text(m['message']) ?? 'The server reported an error.',
  }),
  result,
  pong: (m) => ({ type: 'pong', ...compact<{ t?: number }>({ t: finite(m['t']) }) }),
  moved: (m) => {
    const url = text(m['url']);
    return url === undefined ? null : { type: 'moved', url };
  },
};

function welcome(m: Fields): Welcome {
  const state = fields(m['state']) ?? m;
  return {
    type: 'welcome',
    viewer_id: String(m['viewer_id'] ?? ''),
    session: text(m['session']) ?? 'default',
    role: role(m['role']) ?? 'control',
    ice_servers: iceServers(m['ice_servers']),
    state: simState(state),
  };
}

function result(m: Fields): ServerMessage | null {
  const id = text(m['id']) ?? finite(m['id'])?.toString();
  const ok = flag(m['ok']);
  if (id === undefined || ok === undefined) return null;
  return { type: 'result', id, ok, ...compact<{ error?: string }>({ error: text(m['error']) }) };
}

export function simState(m: Fields): SimState {
  const frame = fields(m['frame']);
  const latency = fields(m['latency']);
  return compact<SimState>({
    time: finite(m['time']),
    step_count: finite(m['step_count']),
    paused: flag(m['paused']),
    speed: finite(m['speed']),
    rtf: finite(m['rtf']),
    viewers: finite(m['viewers']),
    camera: camera(m['camera']),
    cameras: texts(m['cameras']),
    frame:
      frame &&
      compact({
        id: finite(frame['id']),
        rtp: finite(frame['rtp']),
        size: numbers(frame['size'], 2),
      }),
    latency:
      latency &&
      compact({ render_ms: finite(latency['render_ms']), encode_ms: finite(latency['encode_ms']) }),
  });
}

function camera(value: unknown): Camera | undefined {
  const m = fields(value);
  return (
    m &&
    compact<Camera>({
      azimuth: finite(m['azimuth']),
      elevation: finite(m['elevation']),
      distance: finite(m['distance']),
      lookat: numbers(m['lookat'], 3),
      name: text(m['name']),
    })
  );
}

function role(value: unknown): Role | undefined {
  return value === 'view' || value === 'control' || value === 'admin' ? value : undefined;
}

function candidate(value: unknown): RTCIceCandidateInit | null {
  if (typeof value === 'string') return value === '' ? null : { candidate: value, sdpMLineIndex: 0 };
  const m = fields(value);
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
    const m = fields(entry);
    const urls = m && (text(m['urls']) ?? texts(m['urls']));
    if (!m || urls === undefined || urls.length === 0) return [];
    return [compact({ urls, username: text(m['username']), credential: text(m['credential']) })];
  });
}
