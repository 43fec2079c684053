/** Still pictures, for who can have no stream: asked for again and again, with what the simulation does. */

import { compact, fields, finite, finites, flag } from '../protocol/fields';
import { camera as readCamera, type ServerMessage, type SimState } from '../protocol/server';
import { pathOf, type Route } from './api';
import { CanvasEasel } from './easel';
import type { Endpoints } from './endpoints';
import type { Snapshot } from './stats';
import type { Schemas } from '#routes';

const PICTURE = 'GET /api/sessions/{id}/cameras/{camera}/frame.{format}';
/** From one picture to the next. */
const EVERY_MS = 500;
/** Wider ones would take the daemon long to draw and pack. */
const WIDEST = 960;

export interface PicturesEvents {
  message(message: ServerMessage): void;
  show(source: MediaStream): void;
  up(): void;
  lost(reason: string): void;
}

export class Pictures {
  readonly #at: Endpoints;
  readonly #session: string;
  readonly #viewer: string;
  readonly #events: PicturesEvents;
  readonly #easel = new CanvasEasel();
  readonly #stop = new AbortController();
  #timer = 0;
  #frames = 0;
  #bytes = 0;
  #size: [number, number] = [0, 0];

  constructor(at: Endpoints, session: string, viewer: string, events: PicturesEvents) {
    [this.#at, this.#session, this.#viewer, this.#events] = [at, session, viewer, events];
    void this.#run();
  }

  statistics(): Promise<Snapshot | null> {
    return Promise.resolve({
      at_ms: performance.now(),
      framesDecoded: this.#frames,
      framesDropped: 0,
      bytes: this.#bytes,
      packetsReceived: this.#frames,
      packetsLost: 0,
      jitterBufferDelay_s: 0,
      jitterBufferEmitted: 0,
      decodeTime_s: 0,
      width: this.#size[0],
      height: this.#size[1],
      codec: 'JPEG',
      path: 'Pictures',
    });
  }

  close(): void {
    this.#stop.abort();
    window.clearTimeout(this.#timer);
    this.#easel.close();
  }

  async #run(): Promise<void> {
    const begun = performance.now();
    try {
      await this.#next();
    } catch {
      if (!this.#stop.signal.aborted) this.#events.lost('the server sends no pictures');
      return this.close();
    }
    const rest_ms = Math.max(0, EVERY_MS - (performance.now() - begun));
    this.#timer = window.setTimeout(() => void this.#run(), rest_ms);
  }

  async #next(): Promise<void> {
    const told = [this.#fetch('GET /api/stats'), this.#fetch('GET /api/sessions/{id}/state')];
    const [stats, values] = await Promise.all(told.map(async (one): Promise<unknown> => (await one).json()));
    const state = { ...parseStats(stats), ...parseState(values) };
    const size = question({}, window.innerWidth, window.innerHeight);
    const response = await this.#fetch(PICTURE, { viewer: this.#viewer, ...size });
    const camera = parseCamera(response.headers.get('x-camera'));
    const picture = await response.blob();
    const bitmap = await createImageBitmap(picture);
    if (this.#stop.signal.aborted) return;
    this.#size = [bitmap.width, bitmap.height];
    this.#easel.draw(bitmap, bitmap.width, bitmap.height);
    bitmap.close();
    this.#bytes += picture.size;
    this.#frames += 1;
    if (this.#frames === 1) {
      this.#events.show(this.#easel.stream);
      this.#events.up();
    }
    this.#events.message({ type: 'state', state: camera ? { ...state, camera } : state });
  }

  async #fetch(route: Route, query: Record<string, string> = {}): Promise<Response> {
    const url = new URL(this.#at.route(pathOf(route, { id: this.#session, camera: 'free', format: 'jpg' })));
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const response = await fetch(url, { headers: this.#at.headers, cache: 'no-store', signal: this.#stop.signal });
    if (!response.ok) throw new Error(String(response.status));
    return response;
  }
}

/** What a picture is asked for with: the camera of the state, in the shape of a place. */
export function question({ camera }: SimState, width: number, height: number): Record<string, string> {
  const scale = Math.min(1, WIDEST / Math.max(width, height, 1));
  const side = (length: number) => String(Math.max(16, Math.round(length * scale)));
  const [azimuth, elevation, distance] = [camera?.azimuth, camera?.elevation, camera?.distance].map((n) => n?.toString());
  return compact<Record<string, string>>({
    width: side(width),
    height: side(height),
    azimuth,
    elevation,
    distance,
    lookat: camera?.lookat?.join(','),
  });
}

/** The part of a state message that `/api/stats` tells, too. */
export function parseStats(body: unknown): SimState {
  const all = fields<Schemas['SimulationState']>(fields<Schemas['Stats']>(body)?.['simulation_state']) ?? {};
  const simulation = fields<Schemas['Simulation']>(all['simulation']) ?? {};
  return compact<SimState>({
    time: finite(simulation['time']),
    step_count: finite(simulation['step_count']),
    paused: flag(simulation['is_paused']),
    speed: finite(simulation['speed']),
    rtf: finite(simulation['real_time_factor']),
  });
}

/** The values of the model, which `/state` tells by name, in the order of their ids. */
export function parseState(body: unknown): SimState {
  const all = fields<Schemas['NamedState']>(body) ?? {};
  return compact<SimState>({
    contacts: finite(fields<Schemas['Contacts']>(all['contacts'])?.['count']),
    qpos: inOrder(all['qpos']),
    ctrl: inOrder(all['ctrl']),
    sensors: inOrder(all['sensors']),
  });
}

/** What has no name stands under its id, which objects put first; what has one is in order. */
function inOrder(values: unknown): number[] | undefined {
  const all = fields(values);
  if (!all) return undefined;
  const named = Object.keys(all).filter((key) => !/^\d+$/.test(key));
  return finites(Object.keys(all).flatMap((_, id) => all[id] ?? all[named.shift() ?? '']));
}

/** The camera that a picture was seen through, of its header. */
export function parseCamera(header: string | null): SimState['camera'] {
  try {
    return readCamera(JSON.parse(decodeURIComponent(header ?? '')));
  } catch {
    return undefined;
  }
}
