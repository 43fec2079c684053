/** What can be told of a text without compiling it: names that MuJoCo does not know, and that nothing has. */

import { namesIn, referredKind } from './names';
import { Depth, type Tag } from './scan';
import type { AttributeSpec, Schema } from './schema';

export interface Remark {
  from: number;
  to: number;
  words: string;
  /** What was probably meant. */
  instead?: string;
}

/** More would only fill the margin. */
const MOST = 200;
/** Elements that bring names which the text does not have. */
const MAKERS = new Set(['include', 'attach', 'replicate', 'composite', 'flexcomp', 'plugin']);

/** Remarks about `all` tags of a text, in order. */
export function remarks(all: readonly Tag[], schema: Schema): Remark[] {
  const found: Remark[] = [];
  const names = all.some((tag) => MAKERS.has(tag.name)) ? null : namesIn(all, schema);
  const depth = new Depth();
  for (const tag of all) {
    const path = depth.open.map((open) => open.name);
    if (tag.kind !== 'close' && found.length < MOST) check(tag, path);
    depth.pass(tag);
  }
  return found;

  function check(tag: Tag, path: string[]): void {
    // Of what is in something unknown, nothing is known.
    if (tag.name === '' || (path.length > 0 && !schema.at(path))) return;
    const spec = schema.at([...path, tag.name]);
    if (!spec) {
      // A text may be of another kind (URDF), or a piece for others to include.
      if (path.length === 0) return;
      const known = schema.children(path).map((child) => child.spec.name);
      found.push(remark(tag.nameFrom, tag.nameTo, `MuJoCo knows no <${tag.name}> in <${path.at(-1)}>`, tag.name, known));
      return;
    }
    // Attributes of these are not checked by MuJoCo.
    if (spec.id === 'replicate') return;
    for (const attribute of tag.attributes) {
      const one = spec.attributes.find(({ name }) => name === attribute.name);
      const end = attribute.from + attribute.name.length;
      if (one) value(one, attribute, tag);
      else found.push(remark(attribute.from, end, `<${tag.name}> has no attribute ${attribute.name}`, attribute.name, spec.attributes.map(({ name }) => name)));
    }
  }

  function value(spec: AttributeSpec, attribute: Tag['attributes'][number], tag: Tag): void {
    const { value: text, valueFrom: from, valueTo: to } = attribute;
    if (text === undefined || from === undefined || to === undefined || text === '') return;
    if (spec.type === 'choice' && !spec.values.includes(text)) {
      found.push(remark(from, to, `${spec.name} is one of ${spec.values.join(', ')}`, text, spec.values));
    } else if (spec.type === 'boolean' && !['true', 'false', 'auto'].includes(text)) {
      found.push({ from, to, words: `${spec.name} is true or false` });
    } else if (spec.type === 'reference' && names) {
      const kind = referredKind(spec.of, tag);
      const list = kind === undefined ? undefined : names.get(kind);
      if (kind === undefined || kind === 'class' && text === 'main' || list?.some(({ name }) => name === text)) return;
      found.push(remark(from, to, `No ${kind} is called ${text}`, text, (list ?? []).map(({ name }) => name)));
    } else if (spec.type === 'number' || spec.type === 'integer') {
      const wrong = text.trim().split(/\s+/).find((word) => !Number.isFinite(Number(word)) && !/^[+-]?(nan|inf(inity)?)$/i.test(word));
      const many = text.trim().split(/\s+/).length;
      const [least = 0, most = Infinity] = spec.count.length === 1 ? [spec.count[0], Infinity] : spec.count;
      if (wrong !== undefined) found.push({ from, to, words: `${wrong} is no number` });
      else if (many > most) found.push({ from, to, words: `${spec.name} takes ${least === most ? most : `${least} to ${most}`} numbers; these are ${many}` });
    }
  }
}

function remark(from: number, to: number, words: string, text: string, known: readonly string[]): Remark {
  const instead = nearest(text, known);
  return instead === undefined ? { from, to, words } : { from, to, words: `${words}. Is ${instead} meant?`, instead };
}

/** The word of `known` that is a slip of the hand away from `text`. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const word of known) {
    if (Math.abs(word.length - text.length) >= least) continue;
    const far = distance(text.toLowerCase(), word.toLowerCase());
    if (far < least) [best, least] = [word, far];
  }
  return best;
}

/** Letters to add, drop, change or swap with their neighbour (restricted Damerau-Levenshtein). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
