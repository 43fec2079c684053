/** What differs between two texts: by lines, and within lines that were changed. */

export type Line =
  | { kind: 'same'; text: string; before: number; after: number }
  | { kind: 'gone'; text: string; before: number; marks: Mark[] }
  | { kind: 'come'; text: string; after: number; marks: Mark[] };

/** A part of a line, from and to. */
export type Mark = [number, number];

export interface Hunk {
  /** Lines with those around them, in the order of a unified diff. */
  lines: Line[];
  /** How many equal lines were left out before. */
  skipped: number;
}

export interface Diff {
  hunks: Hunk[];
  gone: number;
  come: number;
  /** Equal lines after the last hunk. */
  rest: number;
}

/** Equal lines that are shown around a change. */
const AROUND = 3;
/** Beyond so many differing lines, finding the shortest way takes too long: all of them count as changed. */
const MOST_EDITS = 2_000;

export function diff(before: string, after: string): Diff {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const all = paired(lines(a, b));
  const hunks: Hunk[] = [];
  let [gone, come, shown] = [0, 0, 0];
  for (let i = 0; i < all.length; i += 1) {
    if (all[i]?.kind === 'same') continue;
    let end = i;
    // Changes with few equal lines between them are one.
    for (let j = i; j < all.length && j <= end + 2 * AROUND + 1; j += 1) if (all[j]?.kind !== 'same') end = j;
    const from = Math.max(shown, i - AROUND);
    const to = Math.min(all.length, end + 1 + AROUND);
    hunks.push({ lines: all.slice(from, to), skipped: from - shown });
    shown = to;
    i = to - 1;
  }
  for (const { kind } of all) {
    if (kind === 'gone') gone += 1;
    if (kind === 'come') come += 1;
  }
  return { hunks, gone, come, rest: all.length - shown };
}

/** A way from `a` to `b`, shortest where that can be found in time (Myers 1986). */
function lines(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];

  const found: Line[] = [];
  const same = (i: number, j: number) => found.push({ kind: 'same', text: a[i] ?? '', before: i + 1, after: j + 1 });
  for (let i = 0; i < start; i += 1) same(i, i);
  for (const [i, j] of script(a.slice(start, endA), b.slice(start, endB))) {
    const [x, y] = [i === null ? null : start + i, j === null ? null : start + j];
    if (x !== null && y !== null) same(x, y);
    else if (x !== null) found.push({ kind: 'gone', text: a[x] ?? '', before: x + 1, marks: [] });
    else if (y !== null) found.push({ kind: 'come', text: b[y] ?? '', after: y + 1, marks: [] });
  }
  for (let i = endA, j = endB; i < a.length; i += 1, j += 1) same(i, j);
  return found;
}

type Step = [number | null, number | null];

function script<T>(a: readonly T[], b: readonly T[], most = MOST_EDITS): Step[] {
  const last = Math.min(a.length + b.length, most);
  // How far along `a` each diagonal has been followed; diagonal 0 is in the middle.
  const middle = last + 1;
  const furthest = new Int32Array(2 * last + 3).fill(-1);
  furthest[middle + 1] = 0;
  const trail: Int32Array[] = [];
  for (let d = 0; d <= last; d += 1) {
    trail.push(furthest.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const [left, right] = [furthest[middle + k - 1] ?? -1, furthest[middle + k + 1] ?? -1];
      let x = k === -d || (k !== d && left < right) ? right : left + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) [x, y] = [x + 1, y + 1];
      furthest[middle + k] = x;
      if (x >= a.length && y >= b.length) return walkBack(trail, a.length, b.length);
    }
  }
  return [...a.map((_, i): Step => [i, null]), ...b.map((_, j): Step => [null, j])];
}

function walkBack(trail: readonly Int32Array[], endX: number, endY: number): Step[] {
  const steps: Step[] = [];
  let [x, y] = [endX, endY];
  for (let d = trail.length - 1; d > 0; d -= 1) {
    const at = (diagonal: number) => trail[d]?.[diagonal + d + 1] ?? -1;
    const k = x - y;
    const before = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1;
    const fromX = at(before);
    const fromY = fromX - before;
    while (x > fromX && y > fromY) steps.push([(x -= 1), (y -= 1)]);
    if (x > fromX) steps.push([(x -= 1), null]);
    else if (y > fromY) steps.push([null, (y -= 1)]);
  }
  while (x > 0 && y > 0) steps.push([(x -= 1), (y -= 1)]);
  return steps.reverse();
}

/** Marks within lines that stand for each other what differs in them. */
function paired(all: Line[]): Line[] {
  for (let i = 0; i < all.length; ) {
    let goneTo = i;
    while (all[goneTo]?.kind === 'gone') goneTo += 1;
    let comeTo = goneTo;
    while (all[comeTo]?.kind === 'come') comeTo += 1;
    // As many as came went: each for its own.
    if (goneTo > i && comeTo - goneTo === goneTo - i) {
      for (let j = i; j < goneTo; j += 1) {
        const [was, is] = [all[j], all[j + goneTo - i]];
        if (was?.kind === 'gone' && is?.kind === 'come') [was.marks, is.marks] = marks(was.text, is.text);
      }
    }
    i = Math.max(comeTo, i + 1);
  }
  return all;
}

/** The parts in which two lines differ; none where they have little in common. */
export function marks(before: string, after: string): [Mark[], Mark[]] {
  const [a, b] = [words(before), words(after)];
  const [was, is]: [Mark[], Mark[]] = [[], []];
  let common = 0;
  for (const [i, j] of script(a.map(({ text }) => text), b.map(({ text }) => text), 200)) {
    const [x, y] = [i === null ? undefined : a[i], j === null ? undefined : b[j]];
    if (x && y) common += x.text.trim().length;
    else if (x) join(was, x.at, x.at + x.text.length);
    else if (y) join(is, y.at, y.at + y.text.length);
  }
  const length = Math.max(before.trim().length, after.trim().length);
  return common * 3 < length ? [[], []] : [was, is];
}

function words(text: string): { text: string; at: number }[] {
  return [...text.matchAll(/[\w.+-]+|\s+|./gu)].map((match) => ({ text: match[0], at: match.index }));
}

function join(to: Mark[], from: number, end: number): void {
  const last = to.at(-1);
  if (last && last[1] === from) last[1] = end;
  else to.push([from, end]);
}
