/** XML in the text field: colours, folds, indentation and closing tags, by the scanner that completion uses. */

import { foldCode, foldEffect, foldService, indentService } from '@codemirror/language';
import { EditorState, Prec, RangeSetBuilder, type Extension, type Text } from '@codemirror/state';
import { Decoration, EditorView, keymap, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { Depth, tags, type Span, type Tag } from './scan';
import { beside, closingAt, firstBehind, foldable, pairs } from './structure';

export interface Scanned {
  doc: Text;
  text: string;
  all: Tag[];
  asides: Span[];
  /** The closing tag of each tag that has one, once it is asked for. */
  closing?: Map<Tag, Tag>;
  /** Closing tags that close something, with those. */
  closers?: Set<Tag>;
}

let scanned: Scanned | undefined;

export function scan(doc: Text): Scanned {
  if (scanned?.doc !== doc) {
    const text = doc.toString();
    const asides: Span[] = [];
    scanned = { doc, text, all: tags(text, asides), asides };
  }
  return scanned;
}

function closingOf(found: Scanned): Map<Tag, Tag> {
  return (found.closing ??= pairs(found.all));
}

const mark = (name: string) => Decoration.mark({ class: `cm-xml-${name}` });
const MARKS = { tag: mark('tag'), name: mark('name'), stray: mark('stray'), attribute: mark('attribute'), value: mark('value'), aside: mark('aside'), head: mark('head') };

/** What is seen, in its colours. */
function coloured(view: EditorView): DecorationSet {
  const found = scan(view.state.doc);
  const closers = (found.closers ??= new Set(closingOf(found).values()));
  const builder = new RangeSetBuilder<Decoration>();
  let done = 0;
  for (const { from, to } of view.visibleRanges) {
    const marks: [number, number, Decoration][] = [];
    for (let i = firstBehind(found.all, Math.max(from, done)); i < found.all.length; i += 1) {
      const tag = found.all[i] as Tag;
      if (tag.from >= to) break;
      if (tag.from < done) continue;
      done = tag.to;
      marks.push([tag.from, tag.to, MARKS.tag]);
      marks.push([tag.nameFrom, tag.nameTo, tag.kind === 'close' && tag.ended && !closers.has(tag) ? MARKS.stray : MARKS.name]);
      for (const { from: start, name, valueFrom, valueTo } of tag.attributes) {
        marks.push([start, start + name.length, MARKS.attribute]);
        // With its quotes.
        if (valueFrom !== undefined && valueTo !== undefined) marks.push([valueFrom - 1, Math.min(valueTo + 1, tag.to), MARKS.value]);
      }
    }
    for (let i = firstBehind(found.asides, from); i < found.asides.length; i += 1) {
      const aside = found.asides[i] as Span;
      if (aside.from >= to) break;
      marks.push([Math.max(aside.from, from), Math.min(aside.to, to), found.text.startsWith('<!--', aside.from) ? MARKS.aside : MARKS.head]);
    }
    marks.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    for (const [start, end, what] of marks) if (end > start) builder.add(start, end, what);
  }
  return builder.finish();
}

const colours = ViewPlugin.fromClass(class {
  decorations: DecorationSet;
  constructor(view: EditorView) {
    this.decorations = coloured(view);
  }
  update({ docChanged, viewportChanged, view }: ViewUpdate): void {
    if (docChanged || viewportChanged) this.decorations = coloured(view);
  }
}, { decorations: ({ decorations }) => decorations });

const folds = foldService.of((state, from, to) => {
  const found = scan(state.doc);
  return foldable(found.all, closingOf(found), from, to);
});

const indentation = indentService.of((context, pos) => {
  const { text, all } = scan(context.state.doc);
  const place = beside(text, all, pos, context.textAfterPos(pos));
  return place && context.column(place.at) + (place.deeper ? context.unit : 0);
});

/** Writes the closing tag behind a `>` or `</`. */
const closing = EditorView.inputHandler.of((view, from, _to, input, insert) => {
  if ((input !== '>' && input !== '/') || view.composing || view.state.readOnly || view.state.selection.ranges.length > 1) return false;
  if (input === '/' && view.state.sliceDoc(from - 1, from) !== '<') return false;
  const typed = insert();
  const { all } = scan(typed.state.doc);
  const at = from + 1;
  const more = closingAt(all, at);
  if (more === null) return false;
  const selection = { anchor: input === '/' ? at + more.length : at };
  view.dispatch([typed, typed.state.update({ changes: { from: at, insert: more }, selection, userEvent: 'input.complete', scrollIntoView: true })]);
  return true;
});

/** Between a tag and the one that closes it, a new line opens a line for what is inside. */
function openUp({ state, dispatch }: EditorView): boolean {
  const { main, ranges } = state.selection;
  if (!main.empty || ranges.length > 1 || state.readOnly || state.sliceDoc(main.head, main.head + 2) !== '</') return false;
  const found = scan(state.doc);
  const tag = found.all[firstBehind(found.all, main.head - 1)];
  if (!tag || tag.to !== main.head || closingOf(found).get(tag)?.from !== main.head) return false;
  const indent = /^\s*/.exec(state.doc.lineAt(tag.from).text)?.[0] ?? '';
  const inside = `\n${indent}  `;
  dispatch(state.update({
    changes: { from: main.head, insert: `${inside}\n${indent}` },
    selection: { anchor: main.head + inside.length }, scrollIntoView: true, userEvent: 'input',
  }));
  return true;
}

/** Folds what begins on the line, else the element around it. */
function fold(view: EditorView): boolean {
  if (foldCode(view)) return true;
  const { state } = view;
  const found = scan(state.doc);
  const depth = new Depth();
  for (const tag of found.all) {
    if (tag.from >= state.selection.main.head) break;
    depth.pass(tag);
  }
  const around = depth.open.at(-1);
  const end = around && closingOf(found).get(around);
  if (end) view.dispatch({ effects: foldEffect.of({ from: around.to, to: end.from }), selection: { anchor: around.to } });
  return true;
}

export const markup: Extension = [
  colours,
  folds,
  indentation,
  closing,
  EditorState.languageData.of(() => [{ commentTokens: { block: { open: '<!--', close: '-->' } }, indentOnInput: /^\s*<\/$/ }]),
  Prec.high(keymap.of([{ key: 'Enter', run: openUp }, { key: 'Ctrl-Shift-[', mac: 'Cmd-Alt-[', run: fold }])),
];
