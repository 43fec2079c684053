/** What the daemon has to load besides its presets: scenes that were saved, and models in folders. */

import { signal } from '@preact/signals';
import { api } from '../app';
import type { Answer, Problem } from '../connection/api';
import { fields, finite, list, text, type Fields } from '../protocol/fields';
import { scene } from '../state';
import { toast } from '../toasts';

export type Kind = 'preset' | 'own' | 'folder';

export interface Entry {
  id: string;
  kind: string;
  name: string;
  description: string;
  versions: number;
  licence: string | undefined;
  changed: string | undefined;
  /** Why it cannot be loaded. */
  broken: string | undefined;
  picture: string | undefined;
  /** Whether its picture is still to be drawn. */
  waits: boolean;
}

export interface Shelf {
  entries: Entry[];
  counts: Record<Kind, number>;
  /** What is wrong with a folder. */
  trouble: string | undefined;
}

export interface Version {
  number: number;
  saved: string;
  note: string;
  broken: string | undefined;
}

/** What was loaded from here last, and what its model is called. */
const loaded = signal({ id: '', model: '' });

export function isRunning(id: string): boolean {
  return loaded.value.id === id && scene.value.presetId === undefined && scene.value.modelName === loaded.value.model;
}

export function find(q: string, kind: Kind, limit: number): Promise<Answer<Shelf>> {
  return api.ask('GET /api/library', shelf, { query: { q, kind, limit: String(limit) } });
}

export async function versionsOf(entry: string): Promise<Version[]> {
  return (await told(api.ask('GET /api/library/{entry}', (body) => list(body.history, version) ?? [], { ids: { entry } }))) ?? [];
}

export async function load(entry: Entry, version?: number): Promise<boolean> {
  const body = { library: entry.id, ...(version === undefined ? {} : { version }) };
  const model = await told(api.ask('PUT /api/sessions/{id}/scene', (reply) => text(reply.model_name) ?? '', { body }));
  if (model !== undefined) loaded.value = { id: entry.id, model };
  return model !== undefined;
}

export function save(name: string): Promise<string | undefined> {
  return told(api.ask('POST /api/library', (body) => text(fields(body.entry)?.['id']), { body: { name } }));
}

export function addVersion(entry: string, restore?: number): Promise<true | undefined> {
  return told(api.ask('POST /api/library/{entry}/versions', done, { ids: { entry }, body: restore === undefined ? {} : { restore } }));
}

export function rename(entry: string, name: string): Promise<true | undefined> {
  return told(api.ask('PATCH /api/library/{entry}', done, { ids: { entry }, body: { name } }));
}

export function remove(entry: string): Promise<true | undefined> {
  return told(api.ask('DELETE /api/library/{entry}', done, { ids: { entry } }));
}

export const archive = (entry: string) => own(`/api/library/${encodeURIComponent(entry)}/model.zip`);

const done = () => true as const;

async function told<T>(asked: Promise<Answer<T>>): Promise<T | undefined> {
  const answer: { ok: true; value: T } | { ok: false; problem: Problem } = await asked;
  if (answer.ok) return answer.value;
  toast('error', answer.problem.detail);
  return undefined;
}

/** A path of the daemon's, seen from the page. */
function own(path: string): string {
  return new URL(path.slice(1), window.location.href).href;
}

function shelf(body: Fields): Shelf {
  const counts = fields(body['counts']) ?? {};
  const count = (kind: Kind) => finite(counts[kind]) ?? 0;
  return {
    entries: list(body['entries'], entry) ?? [],
    counts: { preset: count('preset'), own: count('own'), folder: count('folder') },
    trouble: list(body['folders'], (folder) => {
      const one = fields(folder);
      const why = text(one?.['trouble']);
      return why && `${text(one?.['name']) ?? 'A folder'}: ${why}`;
    })?.[0],
  };
}

function entry(value: unknown): Entry | undefined {
  const m = fields(value);
  const id = m && text(m['id']);
  if (!m || !id) return undefined;
  const [picture, broken] = [text(m['thumbnail']), text(m['broken'])];
  return {
    id,
    kind: text(m['kind']) ?? '',
    name: text(m['name']) ?? id,
    description: text(m['description']) ?? '',
    versions: finite(m['versions']) ?? 0,
    licence: text(m['licence']),
    changed: text(m['changed']),
    broken,
    picture: picture && own(picture),
    waits: picture === undefined && broken === undefined && text(m['no_thumbnail']) === undefined,
  };
}

function version(value: unknown): Version | undefined {
  const m = fields(value);
  const number = m && finite(m['version']);
  if (!m || number === undefined) return undefined;
  return { number, saved: text(m['saved']) ?? '', note: text(m['note']) ?? '', broken: text(m['broken']) };
}
