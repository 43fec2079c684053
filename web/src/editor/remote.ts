/** The daemon's routes that authoring uses. */

import { parseProblem, pathOf, type Problem, type Route, type Told } from '../connection/api';
import { endpoints } from '../connection/endpoints';
import { fields, finite, flag, list, text, texts } from '../protocol/fields';
import type { Mistake } from './place';
import { Schema } from './schema';
import type { Schemas } from '#routes';

const at = endpoints(window.location.href);
export const session = new URL(window.location.href).searchParams.get('session') ?? 'default';

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

const LOAD = 'PUT /api/sessions/{id}/scene';
const XML = { 'content-type': 'application/xml' };
const UNREACHABLE: Problem = { status: 0, title: 'Server unreachable', detail: 'No answer from the server.' };

/** What a model compiles to, or why it does not. */
export type Verdict =
  | { valid: true; root: string; model: string; bodies: number; positions: number; controls: number; timestep: number }
  | { valid: false; mistakes: Mistake[] };

/** What was taken for the model. */
export interface Loaded {
  model: string;
  root: string;
  files: string[];
}

export interface Package {
  /** A text, an archive, or files by their names in the folder. */
  body: string | Blob | FormData;
  kind?: string;
}

export async function fetchSchema(): Promise<Answer<Schema>> {
  const answer = await ask('GET /api/schema/mjcf', {}, (body) => Schema.parse(body), {}, 'default');
  if (!answer.ok) return answer;
  const problem = { status: 0, title: 'Unknown schema', detail: 'The server does not describe MJCF in a way that this page knows.' };
  return answer.value ? { ok: true, value: answer.value } : { ok: false, problem };
}

/** The text of the root file of what runs; empty where nothing does. */
export async function fetchRunning(): Promise<Answer<string>> {
  // Line ends as the editor has them: others would make every line differ.
  const answer = await ask('GET /api/sessions/{id}/scene', {}, (body) => (text(body['xml']) ?? '').replace(/\r\n?/g, '\n'));
  return !answer.ok && answer.problem.status === 404 ? { ok: true, value: '' } : answer;
}

/** Whether a text would run, with the files of what runs; changes nothing. */
export function validate(xml: string, signal: AbortSignal): Promise<Answer<Verdict>> {
  const init = { body: xml, headers: XML, signal };
  return ask('POST /api/sessions/{id}/scene/validate', { keep_files: true }, parseVerdict, init);
}

/** Loads a text in place of the root file of what runs. */
export function replaceText(xml: string, keepState: boolean): Promise<Answer<Loaded>> {
  return ask(LOAD, { keep_files: true, keep_state: keepState }, parseLoaded, { body: xml, headers: XML });
}

/** Loads a model with its files, and tells how much has been sent: the share, from 0 to 1. */
export function upload(
  { body, kind }: Package, root: string | undefined, sent: (share: number) => void, signal: AbortSignal,
): Promise<Answer<Loaded>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const done = (answer: Answer<Loaded>) => resolve(answer);
    request.open('PUT', place(LOAD, root === undefined ? {} : { root }));
    for (const [name, value] of Object.entries(at.headers)) request.setRequestHeader(name, value);
    if (kind) request.setRequestHeader('content-type', kind);
    request.upload.onprogress = (event) => event.lengthComputable && sent(event.loaded / event.total);
    request.upload.onload = () => sent(1);
    request.onerror = () => done({ ok: false, problem: UNREACHABLE });
    request.onabort = () => done({ ok: false, problem: { status: 0, title: 'Cancelled', detail: '' } });
    request.onload = () => {
      let body: Told<typeof LOAD> = {};
      try {
        body = fields(JSON.parse(request.responseText)) ?? {};
      } catch {
        /* the status says enough */
      }
      const good = request.status >= 200 && request.status < 300;
      done(good ? { ok: true, value: parseLoaded(body) } : { ok: false, problem: parseProblem(request.status, body) });
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}

type Query = Readonly<Record<string, string | boolean>>;

async function ask<R extends Route, T>(
  route: R, query: Query, parse: (body: Told<R>) => T, init: RequestInit = {}, cache: RequestCache = 'no-store',
): Promise<Answer<T>> {
  const [method = ''] = route.split(' ');
  const headers = { ...at.headers, ...(init.headers as Record<string, string>) };
  let response: Response;
  try {
    response = await fetch(place(route, query), { ...init, method, headers, cache });
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
  const body = fields(await response.json().catch(() => undefined)) ?? {};
  return response.ok ? { ok: true, value: parse(body) } : { ok: false, problem: parseProblem(response.status, body) };
}

function place(route: Route, query: Query): string {
  const url = new URL(at.route(pathOf(route, { id: session })));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url.href;
}

function parseLoaded(body: Told<typeof LOAD>): Loaded {
  return { model: text(body['model_name']) ?? '', root: text(body['root']) ?? '', files: texts(body['files']) ?? [] };
}

function parseVerdict(body: Told<'POST /api/sessions/{id}/scene/validate'>): Verdict {
  if (flag(body['valid'])) {
    const count = (name: keyof typeof body) => finite(body[name]) ?? 0;
    return {
      valid: true,
      root: text(body['root']) ?? '',
      model: text(body['model_name']) ?? '',
      bodies: count('nbody'),
      positions: count('nq'),
      controls: count('nu'),
      timestep: count('timestep'),
    };
  }
  const mistakes = list(body['errors'], (one): Mistake | undefined => {
    const m = fields<Schemas['Mistake']>(one);
    const message = m && text(m['message']);
    return m && message ? { message, line: finite(m['line']) } : undefined;
  });
  return { valid: false, mistakes: mistakes?.length ? mistakes : [{ message: 'The model does not compile.' }] };
}
