/** Who plans scenes: this server by itself, or a language model that it may ask. */

import { computed, signal } from '@preact/signals';
import { api } from '../app';
import { fields, flag, list, text } from '../protocol/fields';
import { read, write } from '../preferences';
import { toast } from '../toasts';

export interface Provider {
  id: string;
  title: string;
  configured: boolean;
  source: string | undefined;
  model: string | undefined;
  lacks: string | undefined;
}

export const providers = signal<readonly Provider[]>([]);
/** Why nobody knows which there are. */
export const trouble = signal<string | null>(null);

export async function refresh(): Promise<void> {
  const answer = await api.ask('GET /api/llm/providers', (body) => list(body['providers'], provider) ?? []);
  trouble.value = answer.ok ? null : answer.problem.detail;
  if (answer.ok) providers.value = answer.value;
}

function provider(value: unknown): Provider | undefined {
  const body = fields(value);
  const id = text(body?.['provider']);
  if (!body || id === undefined) return undefined;
  return {
    id,
    title: text(body['title']) ?? id,
    configured: flag(body['configured']) ?? false,
    source: text(body['source']),
    model: text(body['model']),
    lacks: text(body['lacks']),
  };
}

/** Gives a key to the server; an empty one takes back what was given. */
export async function give(to: Provider, key: string): Promise<boolean> {
  const answer = await api.ask('POST /api/config/api-key', (body) => text(body['message']), { body: { provider: to.id, api_key: key } });
  if (answer.ok) toast('info', answer.value ?? 'Done.');
  else toast('error', answer.problem.detail);
  await refresh();
  return answer.ok;
}

export const OFFLINE = 'offline';
const KEY = 'mjcast.planner';
const wanted = signal(read(KEY) ?? OFFLINE);

/** Who is asked: `offline`, or a provider that can be. */
export const planner = computed(() => (providers.value.some((one) => one.id === wanted.value && one.configured) ? wanted.value : OFFLINE));

export function choose(id: string): void {
  wanted.value = id;
  write(KEY, id);
}

/** What a request says of it. */
export const way = () => (planner.value === OFFLINE ? { mode: 'offline' as const } : { mode: 'llm' as const, provider: planner.value });
