/** What the daemon tells of a session (`/events`), as sentences for the log. */

import type { ReadonlySignal } from '@preact/signals';
import { fields, list, text, type Fields } from '../protocol/fields';
import { note } from '../toasts';

/** Follows the events at `address`; the returned function stops it. */
export function followEvents(address: string, me: ReadonlySignal<string>): () => void {
  const source = new EventSource(address);
  const on = (name: string, say: (m: Fields) => string | null, kind: 'act' | 'error' | 'info' = 'info') =>
    source.addEventListener(name, (event: MessageEvent<string>) => {
      const said = say(parsed(event.data));
      if (said) note(kind, said);
    });
  on('command', (m) => command(m, me.peek()), 'act');
  on('missed', (m) => `${String(m['count'])} events came too fast to be read.`);
  on('ended', (m) => `The session has ended: ${text(m['reason']) ?? 'nobody said why'}.`);
  return () => source.close();
}

function parsed(data: string): Fields {
  try {
    return fields(JSON.parse(data)) ?? {};
  } catch {
    return {};
  }
}

/** `You: set_options timestep 0.001`. Agents have a name. */
export function command(m: Fields, me: string): string | null {
  const cmd = text(m['cmd']);
  if (!cmd) return null;
  const by = text(m['by']);
  const who = by === undefined ? (text(m['agent']) ?? 'A program') : by === me ? 'You' : by;
  return `${who}: ${[cmd, ...params(fields(m['params']) ?? {})].join(' ')}`;
}

function params(all: Fields): string[] {
  return Object.entries(all).map(([name, value]) => {
    const pairs = list(value, (pair) => (Array.isArray(pair) && pair.length === 2 ? `${String(pair[0])} = ${short(pair[1])}` : undefined));
    if (name === 'values' && pairs && pairs.length > 0) return pairs.length > 4 ? `${pairs.length} values` : pairs.join(', ');
    return `${name} ${short(value)}`;
  });
}

function short(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return `(${value.map(short).join(', ')})`;
  const inner = fields(value);
  if (inner) return Object.entries(inner).map(([k, v]) => `${k} ${short(v)}`).join(', ');
  return String(value).slice(0, 80);
}
