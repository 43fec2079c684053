/** Finding and replacing in a text. */

import type { Span } from './scan';

export interface Query {
  text: string;
  /** Whether capitals matter. */
  capitals: boolean;
  /** Whether only whole words count. */
  words: boolean;
  /** Whether `text` is a regular expression. */
  pattern: boolean;
}

/** Beyond these nobody steps, and each is kept. */
export const MOST_FOUND = 9_999;

/** The expression of a query; `null` where it asks for nothing, or is no expression. */
export function expression(query: Query): RegExp | null {
  if (query.text === '') return null;
  const source = query.pattern ? query.text : query.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  try {
    return new RegExp(query.words ? `(?<!\\w)(?:${source})(?!\\w)` : source, query.capitals ? 'gm' : 'gim');
  } catch {
    return null;
  }
}

/** Where `query` is found, in order; empty matches are none. */
export function findAll(text: string, query: Query): Span[] {
  const sought = expression(query);
  const found: Span[] = [];
  if (!sought) return found;
  for (const match of text.matchAll(sought)) {
    if (match[0] !== '') found.push({ from: match.index, to: match.index + match[0].length });
    if (found.length === MOST_FOUND) break;
  }
  return found;
}

/** What stands for the match at `from`: in an expression's replacement, `$&` and `$1` … are parts of the match. */
export function replacement(text: string, query: Query, from: number, by: string): string {
  const sought = query.pattern ? expression(query) : null;
  if (!sought) return by;
  sought.lastIndex = from;
  const match = sought.exec(text);
  return by.replace(/\$([$&1-9])/g, (_, sign: string) => (sign === '$' ? '$' : match?.[sign === '&' ? 0 : Number(sign)] ?? ''));
}
