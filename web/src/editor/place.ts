/** Where in a text one of MuJoCo's sentences points. */

import { errorLine } from '../scenes';

export interface Mistake {
  message: string;
  line?: number | undefined;
}

export interface Place {
  /** From 1. */
  line: number;
  /** Within the text. */
  from: number;
  to: number;
}

/** The place of a mistake: as small as the sentence allows; `null` where it names none in this text. */
export function placeOf(text: string, { message, line: told }: Mistake): Place | null {
  const line = told ?? errorLine(message);
  if (line === undefined) return null;
  const start = startOf(text, line);
  if (start === null) return null;
  const end = text.indexOf('\n', start);
  const content = text.slice(start, end < 0 ? text.length : end);
  const [from, to] = part(content, message);
  return { line, from: start + from, to: start + to };
}

/** The sentence without the place, which is shown beside it. */
export function sentence(message: string): string {
  return message
    .replace(/\s*\n\s*/g, ' · ')
    .replace(/[\s·,]*(Element '[^']*',\s*)?(Element name '[^']*', id \d+(,\s*)?)?(line(?: number)?\s*=?\s*\d+\s*)?$/i, '')
    .replace(/^(XML )?Error:\s*/i, '')
    // The daemon's own checks begin with the place.
    .replace(/^[^:\n]+, line \d+:\s*/, '')
    .trim() || message;
}

function startOf(text: string, line: number): number | null {
  let at = 0;
  for (let i = 1; i < line; i += 1) {
    at = text.indexOf('\n', at) + 1;
    if (at === 0) return null;
  }
  return at;
}

function part(content: string, message: string): [number, number] {
  const quoted = [...message.matchAll(/'([^'\n]+)'/g)].map((match) => match[1] ?? '');
  const element = /Element '([^']+)'/.exec(message)?.[1];
  const tag = element === undefined ? -1 : content.search(new RegExp(`<${escaped(element)}(?![\\w-])`));
  const from = Math.max(tag, 0);
  // What the sentence quotes beside the element is what is wrong with it.
  for (const word of quoted) {
    if (word === element) continue;
    const found = new RegExp(`(?<![\\w-])${escaped(word)}(?![\\w-])`).exec(content.slice(from));
    if (found) return [from + found.index, from + found.index + word.length];
  }
  if (tag >= 0) {
    const end = content.indexOf('>', tag);
    return [tag, end < 0 ? content.trimEnd().length : end + 1];
  }
  const trimmed = content.trim();
  const first = content.indexOf(trimmed);
  return [first, first + trimmed.length];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
