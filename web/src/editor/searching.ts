/** Finding in the text field: the query, its matches in colour, and the keys. */

import { EditorSelection, StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, keymap, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { expression, findAll, replacement, type Query } from './find';
import { scan } from './markup';
import type { Span } from './scan';
import { firstBehind } from './structure';

export interface Hits {
  count: number;
  /** Which of them is selected, from 1; 0 where none is. */
  at: number;
  /** Whether what is looked for is no expression. */
  broken: boolean;
}

export interface Asking {
  seek(selected: string): void;
  sought(): boolean;
  found(hits: Hits): void;
}

export interface Finder {
  extension: Extension;
  ask(view: EditorView): void;
  seek(view: EditorView, query: Query | null, go: boolean): void;
  step(view: EditorView, back: boolean): boolean;
  replace(view: EditorView, by: string, all: boolean): void;
  goToLine(view: EditorView, line: number): void;
}

interface Sought {
  query: Query | null;
  found: readonly Span[];
  /** Where the cursor was when it was asked for. */
  from: number;
}

const setQuery = StateEffect.define<{ query: Query | null; from?: number }>();

const sought = StateField.define<Sought>({
  create: () => ({ query: null, found: [], from: 0 }),
  update(before, { effects, docChanged, changes, newDoc }) {
    let { query, from } = before;
    let asked = false;
    if (docChanged) from = changes.mapPos(from);
    for (const effect of effects) {
      if (!effect.is(setQuery)) continue;
      ({ query } = effect.value);
      from = effect.value.from ?? from;
      asked = true;
    }
    if (!asked && !docChanged) return before;
    return { query, from, found: query ? findAll(newDoc.toString(), query) : [] };
  },
});

const MATCH = Decoration.mark({ class: 'cm-searchMatch' });
const AT = Decoration.mark({ class: 'cm-searchMatch cm-searchMatch-selected' });
const ALIKE = Decoration.mark({ class: 'cm-selectionMatch' });
/** Longer selections are not looked for elsewhere, nor are single letters. */
const ALIKE_LETTERS: readonly [number, number] = [2, 80];

function coloured({ state, visibleRanges }: EditorView): DecorationSet {
  const { query, found } = state.field(sought);
  const { main } = state.selection;
  const marks = [];
  for (const { from, to } of visibleRanges) {
    if (query) {
      for (let i = firstBehind(found, from); i < found.length; i += 1) {
        const hit = found[i] as Span;
        if (hit.from >= to) break;
        marks.push((hit.from === main.from && hit.to === main.to ? AT : MATCH).range(hit.from, hit.to));
      }
    } else for (const hit of alike(state, from, to)) if (hit.from !== main.from) marks.push(ALIKE.range(hit.from, hit.to));
  }
  return Decoration.set(marks, true);
}

/** Where else the text has what is selected. */
function* alike(state: EditorState, from: number, to: number): Generator<Span> {
  const words = state.sliceDoc(state.selection.main.from, state.selection.main.to);
  if (words.length < ALIKE_LETTERS[0] || words.length > ALIKE_LETTERS[1] || words.trim() === '' || words.includes('\n')) return;
  const text = state.sliceDoc(from, to);
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) yield { from: from + at, to: from + at + words.length };
}

const colours = ViewPlugin.fromClass(class {
  decorations: DecorationSet;
  constructor(view: EditorView) {
    this.decorations = coloured(view);
  }
  update({ docChanged, viewportChanged, selectionSet, startState, state, view }: ViewUpdate): void {
    if (docChanged || viewportChanged || selectionSet || startState.field(sought) !== state.field(sought)) this.decorations = coloured(view);
  }
}, { decorations: ({ decorations }) => decorations });

export function searching(asking: Asking): Finder {
  const ask = ({ state }: EditorView, words?: string) => {
    const { from, to } = state.selection.main;
    const selected = state.sliceDoc(from, to);
    asking.seek(words ?? (selected.includes('\n') ? '' : selected));
  };
  const key = (run: (view: EditorView) => unknown) => (view: EditorView) => {
    run(view);
    return true;
  };
  const step = (view: EditorView, back: boolean): boolean => {
    const { query, found } = view.state.field(sought);
    if (!query) return ask(view), true;
    const { from, to } = view.state.selection.main;
    const hit = back ? (found.findLast((one) => one.from < from) ?? found.at(-1)) : (found.find((one) => one.from >= to && one.from !== from) ?? found[0]);
    if (hit) select(view, hit);
    return true;
  };
  return {
    ask,
    step,
    seek(view, query, go) {
      const { state } = view;
      const begun = state.field(sought).query === null ? { from: state.selection.main.from } : {};
      view.dispatch({ effects: setQuery.of({ query, ...begun }) });
      const { found, from } = view.state.field(sought);
      const hit = go ? (found.find((one) => one.from >= from) ?? found[0]) : undefined;
      if (hit) select(view, hit);
    },
    replace(view, by, all) {
      const { state } = view;
      const { query, found } = state.field(sought);
      if (!query) return;
      const { text } = scan(state.doc);
      const { from, to } = state.selection.main;
      const wanted = all ? found : found.filter((one) => one.from === from && one.to === to);
      if (wanted.length > 0) view.dispatch({ changes: wanted.map((one) => ({ ...one, insert: replacement(text, query, one.from, by) })), userEvent: 'input.replace' });
      if (!all) step(view, false);
    },
    goToLine(view, line) {
      const { doc } = view.state;
      const { from } = doc.line(Math.max(1, Math.min(line, doc.lines)));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    },
    extension: [
      sought,
      colours,
      EditorView.updateListener.of(({ docChanged, selectionSet, startState, state }) => {
        const now = state.field(sought);
        if (!now.query || !(docChanged || selectionSet || startState.field(sought) !== now)) return;
        const { from, to } = state.selection.main;
        const at = now.found.findIndex((one) => one.from === from && one.to === to) + 1;
        asking.found({ count: now.found.length, at, broken: now.query.text !== '' && !expression(now.query) });
      }),
      keymap.of([
        { key: 'Mod-f', run: key((view) => ask(view)), preventDefault: true },
        { key: 'Mod-Alt-g', run: key((view) => ask(view, ':')), preventDefault: true },
        { key: 'F3', run: (view) => step(view, false), shift: (view) => step(view, true), preventDefault: true },
        { key: 'Mod-g', run: (view) => step(view, false), shift: (view) => step(view, true), preventDefault: true },
        { key: 'Mod-d', run: selectNext, preventDefault: true },
        { key: 'Mod-Shift-l', run: selectAlike, preventDefault: true },
        { key: 'Escape', run: () => asking.sought() },
      ]),
    ],
  };
}

function select(view: EditorView, { from, to }: Span): void {
  view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }), userEvent: 'select.search' });
}

/** Selects the word at the cursor; then, each time, the next place that has it, too. */
function selectNext({ state, dispatch }: EditorView): boolean {
  const { main, ranges } = state.selection;
  if (main.empty) {
    const word = state.wordAt(main.head);
    if (word) dispatch(state.update({ selection: { anchor: word.from, head: word.to }, userEvent: 'select' }));
    return true;
  }
  const { text } = scan(state.doc);
  const words = text.slice(main.from, main.to);
  const free = (at: number) => at >= 0 && !ranges.some((one) => one.from < at + words.length && one.to > at);
  let at = text.indexOf(words, main.to);
  if (!free(at)) {
    at = text.indexOf(words);
    while (at >= 0 && !free(at)) at = text.indexOf(words, at + 1);
  }
  if (at < 0) return true;
  const selection = state.selection.addRange(EditorSelection.range(at, at + words.length), true);
  dispatch(state.update({ selection, effects: EditorView.scrollIntoView(at), userEvent: 'select' }));
  return true;
}

/** Selects every place that has what is selected. */
function selectAlike({ state, dispatch }: EditorView): boolean {
  const { main } = state.selection;
  if (main.empty) return true;
  const text = state.sliceDoc(main.from, main.to);
  const all = findAll(scan(state.doc).text, { text, capitals: true, words: false, pattern: false });
  const at = all.findIndex(({ from }) => from === main.from);
  const ranges = all.map(({ from, to }) => EditorSelection.range(from, to));
  if (at >= 0) dispatch(state.update({ selection: EditorSelection.create(ranges, at), userEvent: 'select' }));
  return true;
}
