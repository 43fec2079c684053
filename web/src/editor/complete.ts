/** What may be written at a place: elements, attributes, words and names. Pure; `extensions.ts` shows it. */

import { namesIn, referredKind } from './names';
import { tags, where, type Tag, type Where } from './scan';
import { kindInWords, type AttributeSpec, type ElementSpec, type Schema } from './schema';

export interface Offer {
  label: string;
  /** What is inserted, with `${}` where the cursor goes; the label unless given. */
  snippet?: string;
  /** In small print beside it. */
  detail?: string;
  /** A sentence about it. */
  doc?: string;
  kind: 'element' | 'attribute' | 'word' | 'name' | 'close';
  /** Those with more come first. */
  boost?: number;
}

export interface Offers {
  from: number;
  to: number;
  offers: Offer[];
}

/** What to offer at `pos`; nothing unasked where nothing has been begun, unless `asked`. */
export function offersAt(text: string, pos: number, schema: Schema, asked: boolean): Offers | null {
  const all = tags(text);
  const at = where(text, pos, all);
  if (!at) return null;
  switch (at.kind) {
    case 'element':
      return { from: at.from, to: at.to, offers: elements(text, at.path, schema, at.tag, all) };
    case 'close':
      return { from: at.from, to: at.to, offers: closing(text, at) };
    case 'attribute':
      return { from: at.from, to: at.to, offers: attributes(schema, at) };
    case 'value':
      return values(text, pos, schema, at, all);
    case 'between':
      return asked ? { from: pos, to: pos, offers: between(text, at.path, schema, all) } : null;
  }
}

/** How often each element is in the element that `path` ends with: what may be once is not offered twice. */
function counts(all: readonly Tag[], except: Tag | undefined, pos: number): Map<string, number> {
  const here = siblings(all, pos);
  const found = new Map<string, number>();
  for (const tag of here) if (tag !== except) found.set(tag.name, (found.get(tag.name) ?? 0) + 1);
  return found;
}

/** The elements beside what is at `pos`. */
function siblings(all: readonly Tag[], pos: number): Tag[] {
  const levels: Tag[][] = [[]];
  let reached: Tag[] | null = null;
  for (const tag of all) {
    if (!reached && tag.from >= pos) reached = levels.at(-1) ?? null;
    if (tag.kind === 'close') {
      if (levels.at(-1) === reached) return reached ?? [];
      if (levels.length > 1) levels.pop();
      continue;
    }
    levels.at(-1)?.push(tag);
    if (tag.kind === 'open' && tag.ended) levels.push([]);
  }
  return reached ?? levels.at(-1) ?? [];
}

function elements(text: string, path: string[], schema: Schema, tag: Tag, all: readonly Tag[]): Offer[] {
  // Renaming a tag that is there leaves its attributes alone.
  const fresh = !tag.ended && tag.attributes.length === 0;
  const ended = /^\s*\/?>/.test(text.slice(tag.nameTo, tag.nameTo + 200));
  const there = counts(all, tag, tag.from);
  const offers = schema
    .children(path)
    .filter(({ spec, many }) => many || !there.has(spec.name))
    .map(({ spec }) => element(spec, fresh && !ended));
  const open = path.at(-1);
  if (open !== undefined && tag.nameFrom === tag.nameTo) offers.push({ label: `/${open}`, snippet: `/${open}>`, kind: 'close', boost: -10 });
  return offers;
}

function element(spec: ElementSpec, whole: boolean): Offer {
  const offer: Offer = { label: spec.name, kind: 'element', doc: spec.doc };
  if (whole) offer.snippet = body(spec);
  return offer;
}

/** Elements that are mostly empty although they may have others inside. */
const LEAVES = new Set(['geom', 'mesh', 'material', 'layer', 'compiler', 'option', 'composite']);

function body(spec: ElementSpec): string {
  const leaf = LEAVES.has(spec.name) || spec.children.every(({ name }) => name === 'plugin' || name === 'include');
  if (leaf) return spec.attributes.length > 0 ? `${spec.name} \${}/>` : `${spec.name}/>`;
  return spec.attributes.some(({ name }) => name === 'name')
    ? `${spec.name} name="\${}">\n\t\${}\n</${spec.name}>`
    : `${spec.name}>\n\t\${}\n</${spec.name}>`;
}

function between(text: string, path: string[], schema: Schema, all: readonly Tag[]): Offer[] {
  const there = counts(all, undefined, text.length);
  const offers = schema
    .children(path)
    .filter(({ spec, many }) => many || path.length > 0 || !there.has(spec.name))
    .map(({ spec }): Offer => ({ label: `<${spec.name}`, snippet: `<${body(spec)}`, kind: 'element', doc: spec.doc }));
  const open = path.at(-1);
  return open === undefined ? offers : [...offers, { label: `</${open}>`, kind: 'close', boost: -10 }];
}

function closing(text: string, at: Where & { kind: 'close' }): Offer[] {
  const open = at.path.at(-1);
  if (open === undefined) return [];
  const snippet = /^\s*>/.test(text.slice(at.to, at.to + 50)) ? open : `${open}>`;
  return [{ label: open, snippet, kind: 'close' }];
}

function attributes(schema: Schema, at: Where & { kind: 'attribute' }): Offer[] {
  const spec = schema.at(at.path);
  if (!spec) return [];
  const there = new Set(at.tag.attributes.filter((one) => one !== at.attribute).map((one) => one.name));
  const valued = at.attribute?.value !== undefined;
  return spec.attributes
    .filter(({ name }) => !there.has(name))
    .map((one) => ({
      label: one.name,
      ...(valued ? {} : { snippet: `${one.name}="\${}"` }),
      detail: shortKind(one),
      doc: one.doc,
      kind: 'attribute' as const,
      boost: USUAL.get(one.name) ?? 0,
    }));
}

/** What is mostly wanted comes first. */
const USUAL = new Map([['name', 9], ['type', 8], ['class', 4], ['pos', 6], ['size', 7], ['joint', 6], ['material', 5], ['mesh', 4], ['file', 7]]);

function shortKind(spec: AttributeSpec): string {
  switch (spec.type) {
    case 'choice':
    case 'choices':
      return spec.values.slice(0, 3).join(' · ') + (spec.values.length > 3 ? ' …' : '');
    case 'reference':
    case 'references':
      return spec.of?.startsWith('@') ? 'a name' : `→ ${spec.of}`;
    case 'name':
      return 'name';
    default:
      return kindInWords(spec);
  }
}

function values(text: string, pos: number, schema: Schema, at: Where & { kind: 'value' }, all: readonly Tag[]): Offers | null {
  const spec = schema.attribute(at.path, at.attribute.name);
  if (!spec) return null;
  const whole = { from: at.from, to: at.to };
  // Of several words, the one that the cursor is in.
  const word = { from: pos - (/\S*$/.exec(text.slice(at.from, pos))?.[0].length ?? 0), to: pos + (/^\S*/.exec(text.slice(pos, at.to))?.[0].length ?? 0) };
  const words = (list: readonly string[]): Offer[] =>
    list.map((label, i) => ({ label, kind: 'word', boost: -i, ...(label === spec.default ? { detail: 'default' } : {}) }));
  switch (spec.type) {
    case 'boolean':
      return { ...whole, offers: words(['true', 'false']) };
    case 'choice':
      return { ...whole, offers: words(spec.values) };
    case 'choices': {
      const there = new Set(text.slice(at.from, word.from).split(/\s+/));
      return { ...word, offers: words(spec.values.filter((one) => !there.has(one))) };
    }
    case 'reference':
      return { ...whole, offers: named(spec, at.tag, all, schema) };
    case 'references':
      return { ...word, offers: named(spec, at.tag, all, schema) };
    default:
      if (spec.default === undefined || at.from !== at.to) return null;
      return { ...whole, offers: [{ label: spec.default, detail: 'default', kind: 'word' }] };
  }
}

function named(spec: AttributeSpec, tag: Tag, all: readonly Tag[], schema: Schema): Offer[] {
  const kind = referredKind(spec.of, tag);
  const list = kind === undefined ? [] : (namesIn(all, schema).get(kind) ?? []);
  const seen = new Set<string>();
  return list.flatMap(({ name, element }, i): Offer[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    return [{ label: name, kind: 'name', detail: element, boost: name === 'world' ? -99 : Math.max(-98, -i) }];
  });
}
