/** Reads the tags of a text that may be half written: it never fails, and never looks past the next `<`. */

export interface Attribute {
  name: string;
  from: number;
  to: number;
  /** What is between the quotes; `undefined` where there are none yet. */
  value?: string;
  valueFrom?: number;
  valueTo?: number;
}

export interface Tag {
  kind: 'open' | 'close' | 'empty';
  name: string;
  /** The `<`. */
  from: number;
  nameFrom: number;
  nameTo: number;
  /** Behind the `>`, or where the tag breaks off. */
  to: number;
  /** Whether it has its `>`. */
  ended: boolean;
  attributes: Attribute[];
}

const NAME = /[^\s<>/="']*/y;
const SPACE = /\s*/y;
/** What is no tag: comments, instructions, declarations, CDATA; their ends. */
const ASIDES: readonly [string, string][] = [['<!--', '-->'], ['<![CDATA[', ']]>'], ['<?', '?>'], ['<!', '>']];

/** A stretch of a text. */
export interface Span {
  from: number;
  to: number;
}

/** All tags of `text`, in order; what is between `<` and `>` and is no tag goes to `asides`. */
export function tags(text: string, asides: Span[] = []): Tag[] {
  const found: Tag[] = [];
  let at = text.indexOf('<');
  while (at >= 0) {
    const aside = ASIDES.find(([start]) => text.startsWith(start, at));
    if (aside) {
      const end = text.indexOf(aside[1], at + aside[0].length);
      asides.push({ from: at, to: end < 0 ? text.length : end + aside[1].length });
      at = end < 0 ? -1 : text.indexOf('<', end + aside[1].length);
      continue;
    }
    const tag = readTag(text, at);
    found.push(tag);
    at = text.indexOf('<', Math.max(tag.to, at + 1));
  }
  return found;
}

/** Whether `pos` is within a comment or another thing that is no tag. */
export function isAside(text: string, pos: number): boolean {
  let at = 0;
  for (;;) {
    at = text.indexOf('<', at);
    if (at < 0 || at >= pos) return false;
    const aside = ASIDES.find(([start]) => text.startsWith(start, at));
    if (!aside) {
      at += 1;
      continue;
    }
    const end = text.indexOf(aside[1], at + aside[0].length);
    if (end < 0 || pos < end + aside[1].length) return true;
    at = end + aside[1].length;
  }
}

function readTag(text: string, from: number): Tag {
  const close = text[from + 1] === '/';
  const nameFrom = from + (close ? 2 : 1);
  const nameTo = skip(NAME, text, nameFrom);
  const tag: Tag = {
    kind: close ? 'close' : 'open',
    name: text.slice(nameFrom, nameTo),
    from, nameFrom, nameTo, to: nameTo, ended: false, attributes: [],
  };
  let at = nameTo;
  for (;;) {
    tag.to = at;
    at = skip(SPACE, text, at);
    const char = text[at];
    if (char === undefined || char === '<') return tag;
    if (char === '>' || text.startsWith('/>', at)) {
      if (char === '/') tag.kind = 'empty';
      tag.to = at + (char === '/' ? 2 : 1);
      tag.ended = true;
      return tag;
    }
    const attribute = readAttribute(text, at);
    if (attribute.name !== '') tag.attributes.push(attribute);
    at = Math.min(Math.max(endOf(text, attribute), at + 1), text.length);
  }
}

function readAttribute(text: string, from: number): Attribute {
  const to = skip(NAME, text, from);
  const attribute: Attribute = { name: text.slice(from, to), from, to };
  const is = skip(SPACE, text, to);
  if (attribute.name === '' || text[is] !== '=') return attribute;
  const quoteAt = skip(SPACE, text, is + 1);
  const quote = text[quoteAt];
  attribute.to = Math.min(is + 1, text.length);
  if (quote !== '"' && quote !== "'") return attribute;
  const valueFrom = quoteAt + 1;
  let valueTo = valueFrom;
  while (valueTo < text.length && text[valueTo] !== quote && text[valueTo] !== '<') valueTo += 1;
  // Without its closing quote, it would reach over what follows: it ends with the line, or before the next name.
  if (text[valueTo] !== quote) {
    const line = text.indexOf('\n', valueFrom);
    if (line >= 0 && line < valueTo) valueTo = line;
  }
  const next = /(?:^|\s+)[\w:-]+\s*=\s*$/.exec(text.slice(valueFrom, valueTo));
  if (next) valueTo = valueFrom + next.index;
  return { ...attribute, value: text.slice(valueFrom, valueTo), valueFrom, valueTo };
}

/** Behind an attribute with its closing quote, where it has one. */
function endOf(text: string, { to, valueFrom, valueTo }: Attribute): number {
  if (valueFrom === undefined || valueTo === undefined) return to;
  return text[valueTo] === text[valueFrom - 1] ? valueTo + 1 : valueTo;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex === 0 && at > 0 ? at : Math.max(pattern.lastIndex, at);
}

/** The elements that are open at each tag, for walking through `all` once. */
export class Depth {
  readonly open: Tag[] = [];

  /** Goes past `tag`; gives the tag that it closes, if any. */
  pass(tag: Tag): Tag | undefined {
    // One that breaks off is still being written: what follows is not inside of it.
    if (tag.kind === 'open' && tag.ended) this.open.push(tag);
    if (tag.kind !== 'close') return undefined;
    const at = this.open.findLastIndex((other) => other.name === tag.name);
    // One that closes nothing is left out; one that closes more than the last closes those within, too.
    return at < 0 ? undefined : this.open.splice(at)[0];
  }
}

export type Where =
  /** In a tag's name: what may stand there is decided by `path`. */
  | { kind: 'element'; path: string[]; from: number; to: number; tag: Tag }
  | { kind: 'close'; path: string[]; from: number; to: number; tag: Tag }
  /** In a tag, where an attribute's name may be. */
  | { kind: 'attribute'; path: string[]; from: number; to: number; tag: Tag; attribute?: Attribute }
  | { kind: 'value'; path: string[]; from: number; to: number; tag: Tag; attribute: Attribute }
  /** Between tags. */
  | { kind: 'between'; path: string[]; from: number; to: number };

/**
 * Where `pos` is. `path` has the elements around it; for attributes and values the tag's own is the last.
 */
export function where(text: string, pos: number, all: readonly Tag[] = tags(text)): Where | null {
  const depth = new Depth();
  for (const tag of all) {
    if (tag.from >= pos) break;
    const inside = pos < tag.to || (pos === tag.to && !tag.ended);
    // A tag that is not ended yet reaches over the space behind it.
    const behind = !tag.ended && text.slice(tag.to, pos).trim() === '' && tag.to < pos;
    if (!inside && !behind) {
      depth.pass(tag);
      continue;
    }
    const path = depth.open.map((open) => open.name);
    if (tag.kind === 'close') return { kind: 'close', path, from: tag.nameFrom, to: tag.nameTo, tag };
    if (pos <= tag.nameTo) return { kind: 'element', path, from: tag.nameFrom, to: tag.nameTo, tag };
    return inTag([...path, tag.name], pos, tag);
  }
  if (isAside(text, pos)) return null;
  return { kind: 'between', path: depth.open.map((open) => open.name), from: pos, to: pos };
}

function inTag(path: string[], pos: number, tag: Tag): Where | null {
  for (const attribute of tag.attributes) {
    const { from, to, valueFrom, valueTo } = attribute;
    if (valueFrom !== undefined && valueTo !== undefined && pos >= valueFrom && pos <= valueTo) {
      return { kind: 'value', path, from: valueFrom, to: valueTo, tag, attribute };
    }
    if (pos >= from && pos <= from + attribute.name.length) {
      return { kind: 'attribute', path, from, to: from + attribute.name.length, tag, attribute };
    }
    if (pos > from && pos < (valueTo ?? to)) return null;
  }
  return { kind: 'attribute', path, from: pos, to: pos, tag };
}
