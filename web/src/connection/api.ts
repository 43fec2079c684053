/** The HTTP routes that the page uses, their answers parsed. */

import { fields, finite, flag, text, texts, type Fields } from '../protocol/fields';
import type { Endpoints } from './endpoints';
import type { Routes } from '#routes';

/** What encodes a stream. */
export interface Encoder {
  name: string;
  /** What it codes pictures in: `h264`, `hevc` or `av1`. */
  codec?: string | undefined;
  hardware: boolean;
  /** Whether the pictures pass through host memory. */
  copied: boolean;
  /** What would have been preferred, and why it is not used. */
  rejected: { name: string; reason: string }[];
}

export interface Health {
  status: string;
  version?: string | undefined;
  adapter?: string | undefined;
  backend?: string | undefined;
  software: boolean;
  encoder?: Encoder | undefined;
  reasons: string[];
}

export interface Preset {
  id: string;
  name: string;
  description: string;
  tags: string[];
}

/** A request that did not succeed; `status` is 0 when no server answered. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  /** Words of a prompt that it is about. */
  unknown?: string[] | undefined;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** A route as the daemon describes it: `GET /api/sessions/{id}/model`. */
export type Route = keyof Routes;
/** What an answer has according to the description; parsed all the same. */
export type Told<R extends Route> = { readonly [K in Members<Routes[R]['answer']>]?: unknown };
type Members<T> = T extends object ? keyof T & string : never;
type Places<P> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;
/** What goes into a path. The session is this page's unless it is said. */
type Ids<R extends Route> = { [K in Exclude<Places<R>, 'id'>]: string } & (Places<R> extends never ? unknown : { id?: string });
type Ask<R extends Route> = (Exclude<Places<R>, 'id'> extends never ? { ids?: Ids<R> } : { ids: Ids<R> }) &
  (Routes[R]['body'] extends undefined ? { body?: undefined } : { body: Routes[R]['body'] }) & { query?: Record<string, string> };
/** What has to be said beside the route: nothing, for most. */
type Asked<R extends Route> = object extends Ask<R> ? [ask?: Ask<R>] : [ask: Ask<R>];

export class Api {
  readonly #at: Endpoints;

  constructor(at: Endpoints) {
    this.#at = at;
  }

  health(): Promise<Answer<Health>> {
    return this.ask('GET /api/health', parseHealth);
  }

  presets(): Promise<Answer<Preset[]>> {
    return this.ask('GET /api/scene/presets', parsePresets);
  }

  /** Name of the model that the session runs, when the daemon tells. */
  modelName(): Promise<Answer<string | undefined>> {
    return this.ask('GET /api/stats', parseModelName);
  }

  /** What encodes the stream that `viewer` watches. */
  encoder(viewer: string): Promise<Answer<Encoder | undefined>> {
    return this.ask('GET /api/stats', (body) => parseStreamEncoder(body, viewer));
  }

  /** Sends a request and parses its answer. */
  ask<R extends Route, T>(route: R, parse: (body: Told<R>) => T, ...[ask]: Asked<R>): Promise<Answer<T>> {
    return this.#ask(route, parse, ask, {});
  }

  /** Sends a request whose answer is told of while it is made, and parses the answer. Whoever aborts ends it. */
  async follow<R extends Route, T>(
    route: R, parse: (body: Told<R>) => T, hear: (progress: Fields) => void, signal: AbortSignal, ...[ask]: Asked<R>
  ): Promise<Answer<T>> {
    const headers = { accept: 'text/event-stream, application/json' };
    const answered = async (response: Response) => {
      if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) return undefined;
      const { events } = await import('./told');
      for await (const { name, data } of events(response.body)) {
        const body = fields(JSON.parse(data)) ?? {};
        if (name === 'progress') hear(body);
        else return name === 'problem' ? refused(parseProblem(finite(body['status']) ?? 500, body)) : { ok: true as const, value: parse(body as Told<R>) };
      }
      throw new Error('the stream ended before the answer');
    };
    return this.#ask(route, parse, ask, { headers, signal }, answered);
  }

  /** Absolute address of what is below this session. */
  address(path: string): string {
    return this.#at.route(`api/sessions/${encodeURIComponent(this.#at.session)}/${path}`);
  }

  async #ask<R extends Route, T>(
    route: R,
    parse: (body: Told<R>) => T,
    ask: { ids?: Readonly<Record<string, string | undefined>>; body?: unknown; query?: Record<string, string> } | undefined,
    more: { headers?: Record<string, string>; signal?: AbortSignal },
    answered?: (response: Response) => Promise<Answer<T> | undefined>,
  ): Promise<Answer<T>> {
    const [method = ''] = route.split(' ');
    const place = pathOf(route, { id: this.#at.session, ...ask?.ids });
    const path = ask?.query ? `${place}?${new URLSearchParams(ask.query)}` : place;
    const json = ask?.body ? { 'content-type': 'application/json' } : {};
    const headers = { ...this.#at.headers, ...json, ...more.headers };
    const init = { method, headers, cache: 'no-store' as const, ...(ask?.body ? { body: JSON.stringify(ask.body) } : {}) };
    try {
      const response = await fetch(this.#at.route(path), { ...init, ...(more.signal ? { signal: more.signal } : {}) });
      const told = await answered?.(response);
      if (told) return told;
      const body = fields(await response.json().catch(() => undefined)) ?? {};
      // A daemon that cannot stream says why with 503 and a health body.
      const usable = response.ok || (response.status === 503 && 'renderer' in body);
      return usable ? { ok: true, value: parse(body as Told<R>) } : refused(parseProblem(response.status, body));
    } catch {
      const detail = more.signal?.aborted ? 'It was stopped.' : 'No answer from the server.';
      return refused({ status: 0, title: 'Server unreachable', detail });
    }
  }
}

/** The route's path, relative to the daemon's root, with these in its places. */
export function pathOf(route: Route, ids: Readonly<Record<string, string | undefined>>): string {
  const [, template = ''] = route.split(' /');
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ''));
}

const refused = (problem: Problem) => ({ ok: false as const, problem });

export function parseProblem(status: number, body: Fields): Problem {
  const detail = text(body['detail']) ?? text(body['error']) ?? text(body['message']);
  return { status, title: text(body['title']) ?? `Error ${status}`, detail: detail ?? 'The server gave no reason.', unknown: texts(body['unknown']) };
}

export function parseHealth(body: Fields): Health {
  const renderer = fields(body['renderer']) ?? {};
  return {
    status: text(body['status']) ?? 'unknown',
    version: text(body['version']),
    adapter: text(renderer['adapter']),
    backend: text(renderer['backend']),
    software: flag(renderer['software']) ?? false,
    encoder: parseEncoder(body['encoder']),
    reasons: texts(body['reasons']) ?? [],
  };
}

export function parseEncoder(value: unknown): Encoder | undefined {
  const m = fields(value);
  const name = m && text(m['name']);
  if (!m || !name) return undefined;
  const list = Array.isArray(m['rejected']) ? m['rejected'] : [];
  const rejected = list.flatMap((entry: unknown) => {
    const one = fields(entry);
    const [who, reason] = [one && text(one['name']), one && text(one['reason'])];
    return who && reason ? [{ name: who, reason }] : [];
  });
  return { name, codec: text(m['codec']), hardware: flag(m['hardware']) ?? false, copied: flag(m['copied']) ?? true, rejected };
}

export function parseStreamEncoder(body: Fields, viewer: string): Encoder | undefined {
  const streams = Array.isArray(body['streams']) ? body['streams'] : [];
  const own = streams.map(fields).find((stream) => stream && texts(stream['viewers'])?.includes(viewer));
  return own && parseEncoder(own['encoder']);
}

export function parsePresets(body: Fields): Preset[] {
  const list = Array.isArray(body['presets']) ? body['presets'] : [];
  return list.flatMap((entry: unknown): Preset[] => {
    const m = fields(entry);
    const id = m && text(m['id']);
    if (!m || !id) return [];
    const tags = texts(m['tags']) ?? [];
    return [{ id, name: text(m['name']) ?? id, description: text(m['description']) ?? '', tags }];
  });
}

export function parseModelName(body: Fields): string | undefined {
  const state = fields(body['simulation_state']);
  const mujoco = state && fields(state['mujoco']);
  return mujoco && text(mujoco['model_name']);
}
