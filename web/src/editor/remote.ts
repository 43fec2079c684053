/** The daemon's routes that authoring uses. */

import { parseProblem, type Problem } from '../connection/api';
import { endpoints } from '../connection/endpoints';
import { fields, finite, flag, list, text, texts, type Fields } from '../protocol/fields';
import type { Mistake } from './place';
import { Schema } from './schema';

const at = endpoints(window.location.href);
export const session = new URL(window.location.href).searchParams.get('session') ?? 'default';
const scene = `api/sessions/${encodeURIComponent(session)}/scene`;

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

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
  const answer = await ask('api/schema/mjcf', {}, (body) => Schema.parse(body), 'default');
  if (!answer.ok) return answer;
  const problem = { status: 0, title: 'Unknown schema', detail: 'The server does not describe MJCF in a way that this page knows.' };
  return answer.value ? { ok: true, value: answer.value } : { ok: false, problem };
}

/** The text of the root file of what runs; empty where nothing does. */
export async function fetchRunning(): Promise<Answer<string>> {
  // Line ends as the editor has them: others would make every line differ.
  const answer = await ask(scene, {}, (body) => (text(body['xml']) ?? '').replace(/\r\n?/g, '\n'));
  return !answer.ok && answer.problem.status === 404 ? { ok: true, value: '' } : answer;
}

/** Whether a text would run, with the files of what runs; changes nothing. */
export function validate(xml: string, signal: AbortSignal): Promise<Answer<Verdict>> {
  const init = { method: 'POST', body: xml, headers: { 'content-type': 'application/xml' }, signal };
  return ask(`${scene}/validate?keep_files=true`, init, parseVerdict);
}

/** Loads a text in place of the root file of what runs. */
export function replaceText(xml: string, keepState: boolean): Promise<Answer<Loaded>> {
  const init = { method: 'PUT', body: xml, headers: { 'content-type': 'application/xml' } };
  return ask(`${scene}?keep_files=true&keep_state=${keepState}`, init, parseLoaded);
}

/** Loads a model with its files, and tells how much has been sent: the share, from 0 to 1. */
export function upload(
  { body, kind }: Package, root: string | undefined, sent: (share: number) => void, signal: AbortSignal,
): Promise<Answer<Loaded>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const done = (answer: Answer<Loaded>) => resolve(answer);
    request.open('PUT', at.route(root === undefined ? scene : `${scene}?root=${encodeURIComponent(root)}`));
    for (const [name, value] of Object.entries(at.headers)) request.setRequestHeader(name, value);
    if (kind) request.setRequestHeader('content-type', kind);
    request.upload.onprogress = (event) => event.lengthComputable && sent(event.loaded / event.total);
    request.upload.onload = () => sent(1);
    request.onerror = () => done({ ok: false, problem: UNREACHABLE });
    request.onabort = () => done({ ok: false, problem: { status: 0, title: 'Cancelled', detail: '' } });
    request.onload = () => {
      let body: Fields = {};
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

async function ask<T>(path: string, init: RequestInit, parse: (body: Fields) => T, cache: RequestCache = 'no-store'): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(at.route(path), { ...init, headers: { ...at.headers, ...(init.headers as Record<string, string>) }, cache });
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
  const body = fields(await response.json().catch(() => undefined)) ?? {};
  return response.ok ? { ok: true, value: parse(body) } : { ok: false, problem: parseProblem(response.status, body) };
}

function parseLoaded(body: Fields): Loaded {
  return { model: text(body['model_name']) ?? '', root: text(body['root']) ?? '', files: texts(body['files']) ?? [] };
}

function parseVerdict(body: Fields): Verdict {
  if (flag(body['valid'])) {
    const count = (name: string) => finite(body[name]) ?? 0;
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
    const m = fields(one);
    const message = m && text(m['message']);
    return m && message ? { message, line: finite(m['line']) } : undefined;
  });
  return { valid: false, mistakes: mistakes?.length ? mistakes : [{ message: 'The model does not compile.' }] };
}
