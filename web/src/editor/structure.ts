/** How the elements of a text are nested: what folds, how far a line is indented, what is still to be closed. */

import { Depth, type Span, type Tag } from './scan';

/** The closing tag of each tag that opens and is closed. */
export function pairs(all: readonly Tag[]): Map<Tag, Tag> {
  const depth = new Depth();
  const found = new Map<Tag, Tag>();
  for (const tag of all) {
    const opening = depth.pass(tag);
    if (opening) found.set(opening, tag);
  }
  return found;
}

/** The first of `list`, which is in order, that ends behind `pos`. */
export function firstBehind(list: readonly { to: number }[], pos: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.to ?? 0) > pos) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What can be folded of the element that begins between `from` and `to`. */
export function foldable(all: readonly Tag[], closing: Map<Tag, Tag>, from: number, to: number): Span | null {
  for (let i = firstBehind(all, from); i < all.length; i += 1) {
    const tag = all[i] as Tag;
    if (tag.from > to) return null;
    const end = closing.get(tag);
    if (tag.from >= from && end && end.from > to) return { from: tag.to, to: end.from };
  }
  return null;
}

/** Beside which column the line that begins at `pos` belongs, and whether it belongs one step further in. */
export function beside(text: string, all: readonly Tag[], pos: number, after: string): { at: number; deeper: boolean } | null {
  const depth = new Depth();
  for (const tag of all) {
    if (tag.from >= pos) break;
    // Attributes on lines of their own.
    if (tag.to > pos || (!tag.ended && text.slice(tag.to, pos).trim() === '')) return { at: tag.from, deeper: true };
    depth.pass(tag);
  }
  const around = depth.open.at(-1);
  if (!around) return null;
  // Its line, and not itself: others may stand before it there.
  const line = text.lastIndexOf('\n', around.from - 1) + 1;
  return { at: line + (/^[^\S\n]*/.exec(text.slice(line, around.from))?.[0].length ?? 0), deeper: !/^\s*<\//.test(after) };
}

/** What closes the element that is ended (by `>`) or begun to be closed (by `</`) before `pos`; `null` where nothing is wanted. */
export function closingAt(all: readonly Tag[], pos: number): string | null {
  const i = firstBehind(all, pos - 1);
  const tag = all[i];
  if (!tag || tag.from >= pos) return null;
  if (tag.kind === 'close') {
    if (tag.name !== '' || tag.nameFrom !== pos) return null;
    const depth = new Depth();
    all.slice(0, i).forEach((other) => depth.pass(other));
    const name = depth.open.at(-1)?.name;
    return name ? `${name}>` : null;
  }
  if (tag.kind !== 'open' || tag.to !== pos || !tag.ended || tag.name === '') return null;
  let open = 0;
  for (const other of all) {
    if (other.name === tag.name && other.ended) open += other.kind === 'open' ? 1 : other.kind === 'close' ? -1 : 0;
  }
  return open > 0 ? `</${tag.name}>` : null;
}
