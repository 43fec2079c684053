/** The text field: CodeMirror in a shadow root, where its style sheets are adopted and no policy forbids them. */

import {
  acceptCompletion, autocompletion, completionKeymap, completionStatus, insertCompletionText, pickedCompletion, snippet, startCompletion,
  type Completion, type CompletionContext, type CompletionResult,
} from '@codemirror/autocomplete';
import {
  copyLineDown, copyLineUp, deleteLine, history, historyKeymap, indentLess, indentMore, indentWithTab, moveLineDown, moveLineUp, standardKeymap,
  toggleComment, undo,
} from '@codemirror/commands';
import { codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorSelection, EditorState, Prec } from '@codemirror/state';
import {
  drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip,
  keymap, lineNumbers, tooltips, type KeyBinding,
} from '@codemirror/view';
import { remarks } from './check';
import { offersAt, type Offer } from './complete';
import { format } from './format';
import type { Query } from './find';
import { markup, scan } from './markup';
import { namesIn, referredKind } from './names';
import { where } from './scan';
import { kindInWords, type Schema } from './schema';
import { searching, type Hits } from './searching';
import type { Surface } from './store';
import { theme } from './theme';

export interface Wiring {
  /** The elements to complete from, once they are known. */
  schema(): Schema | null;
  changed(text: string): void;
  apply(): void;
  /** Tells that the text cannot be put in order. */
  unformatted(): void;
  /** Asks for the find bar, with what is selected. */
  seek(selected: string): void;
  /** Whether the find bar was there to be closed. */
  sought(): boolean;
  /** Tells how much the find bar finds. */
  found(hits: Hits): void;
}

export interface Field extends Surface {
  format(): void;
  /** Asks for the find bar, as the key does. */
  find(): void;
  /** Looks for `query`, or for nothing; `go` goes to the first behind where the cursor was. */
  seek(query: Query | null, go: boolean): void;
  /** Goes to the next, or to the one before. */
  step(back: boolean): void;
  replaceFound(by: string, all: boolean): void;
  goToLine(line: number): void;
  destroy(): void;
}

/** Of the many keys of CodeMirror those that editors have in common: all of them would weigh as much as the search. */
const EDITING: readonly KeyBinding[] = [
  { key: 'Mod-/', run: toggleComment },
  { key: 'Alt-ArrowUp', run: moveLineUp, shift: copyLineUp },
  { key: 'Alt-ArrowDown', run: moveLineDown, shift: copyLineDown },
  { key: 'Mod-[', run: indentLess },
  { key: 'Mod-]', run: indentMore },
  { key: 'Shift-Mod-k', run: deleteLine },
  { key: 'F8', run: nextDiagnostic, shift: previousDiagnostic },
];
/** How long nothing is typed before names are looked at. */
const LOOK_AFTER_MS = 250;
/** What stands before each kind of offer. */
const LETTERS: Record<Offer['kind'], string> = { element: '<', close: '/', attribute: '=', word: 'a', name: '#' };

export function makeField(host: HTMLElement, text: string, wiring: Wiring): Field {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.replaceChildren();
  let mistake: Parameters<Surface['mark']>[0] = null;
  let timer = 0;
  let shown = '';

  const look = () => {
    const schema = wiring.schema();
    const { state } = view;
    const limit = state.doc.length;
    const found: Diagnostic[] = schema ? remarks(scan(state.doc).all, schema).map((remark) => ({
      from: remark.from, to: remark.to, severity: 'warning', message: remark.words,
      ...(remark.instead === undefined ? {} : { actions: [replaceBy(remark.instead)] }),
    })) : [];
    if (mistake && mistake.to <= limit) {
      const { from, to, words } = mistake;
      // What MuJoCo says stands for what was guessed of the same place.
      const same = found.find((other) => other.from === from && other.to === to);
      found.splice(0, found.length, ...found.filter((other) => other !== same), { from, to, severity: 'error', message: words, ...(same?.actions ? { actions: same.actions } : {}) });
    }
    // Setting them takes away what is shown of one.
    const key = JSON.stringify([found, state.doc.length]);
    if (key !== shown) view.dispatch(setDiagnostics(state, found));
    shown = key;
  };
  const lookLater = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => (completionStatus(view.state) === 'active' ? lookLater() : look()), LOOK_AFTER_MS);
  };

  const finder = searching(wiring);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: text, extensions: [
      Prec.high(keymap.of([
        { key: 'Mod-Enter', run: done(wiring.apply), preventDefault: true },
        { key: 'Mod-s', run: done(wiring.apply), preventDefault: true },
        { key: 'Shift-Alt-f', run: () => (reformat(view, wiring), true) },
        { key: 'F12', run: (v) => goToName(v, v.state.selection.main.head, wiring.schema()) },
        { key: 'Tab', run: acceptCompletion },
      ])),
      lineNumbers(),
      lintGutter(),
      codeFolding(),
      foldGutter({ markerDOM: foldMarker }),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      history(),
      drawSelection(),
      dropCursor(),
      EditorState.allowMultipleSelections.of(true),
      indentUnit.of('  '),
      indentOnInput(),
      markup,
      finder.extension,
      autocompletion({
        override: [(context) => complete(context, wiring.schema())],
        icons: false,
        activateOnCompletion: (one) => one.type === 'attribute',
        addToOptions: [{ render: letter, position: 20 }],
      }),
      hoverTooltip((v, pos) => hover(v, pos, wiring.schema()), { hoverTime: 350, hideOnChange: true }),
      // Beyond the text they would hide what others have there.
      tooltips({ tooltipSpace: () => host.getBoundingClientRect() }),
      keymap.of([...completionKeymap, ...historyKeymap, ...foldKeymap, ...EDITING, ...standardKeymap, indentWithTab]),
      window.matchMedia('(max-width: 640px)').matches ? EditorView.lineWrapping : [],
      EditorView.contentAttributes.of({
        'aria-label': 'MJCF of the scene', tabindex: '0', spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off',
      }),
      EditorView.domEventHandlers({
        mousedown(event, v) {
          if (!(event.ctrlKey || event.metaKey)) return false;
          const pos = v.posAtCoords({ x: event.clientX, y: event.clientY });
          return pos !== null && goToName(v, pos, wiring.schema());
        },
      }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        // A mistake moves along until the text is judged again.
        if (mistake) mistake = { ...mistake, from: update.changes.mapPos(mistake.from), to: update.changes.mapPos(mistake.to) };
        lookLater();
        wiring.changed(scan(update.state.doc).text);
      }),
      theme,
    ] }),
  });
  lookLater();

  return {
    replace: (next) => replace(view, next),
    mark(next) {
      mistake = next;
      look();
    },
    show(from, to) {
      view.dispatch({ selection: EditorSelection.range(to, from), effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    undo: () => void undo(view),
    choosing: () => completionStatus(view.state) === 'active',
    format: () => reformat(view, wiring),
    find: () => finder.ask(view),
    seek: (query, go) => finder.seek(view, query, go),
    step: (back) => void finder.step(view, back),
    replaceFound: (by, all) => finder.replace(view, by, all),
    goToLine: (line) => finder.goToLine(view, line),
    destroy() {
      window.clearTimeout(timer);
      view.destroy();
    },
  };
}

function done(act: () => void): () => boolean {
  return () => {
    act();
    return true;
  };
}

/** Changes no more than what differs between the two texts, so that cursor and folds stay. */
function replace(view: EditorView, next: string): void {
  const { text } = scan(view.state.doc);
  if (next === text) return;
  let from = 0;
  while (from < text.length && from < next.length && text[from] === next[from]) from += 1;
  let [to, end] = [text.length, next.length];
  while (to > from && end > from && text[to - 1] === next[end - 1]) [to, end] = [to - 1, end - 1];
  view.dispatch({ changes: { from, to, insert: next.slice(from, end) } });
}

function reformat(view: EditorView, wiring: Wiring): void {
  const next = format(scan(view.state.doc).text);
  if (next === null) wiring.unformatted();
  else replace(view, next);
}

function complete(context: CompletionContext, schema: Schema | null): CompletionResult | null {
  if (!schema) return null;
  const { text } = scan(context.state.doc);
  const found = offersAt(text, context.pos, schema, context.explicit);
  if (!found || found.offers.length === 0) return null;
  // Behind a space within a tag, only when something has been begun or it is asked for.
  if (!context.explicit && found.from === context.pos && found.offers[0]?.kind === 'attribute' && text[context.pos - 1] !== ' ') return null;
  // What is behind the cursor is replaced, too, but does not narrow the choice.
  const behind = found.to - context.pos;
  const whole = text.slice(found.from, found.to);
  const filter = !(context.explicit && found.offers.some(({ label }) => label === whole));
  return { from: found.from, options: found.offers.map((offer) => option(offer, behind)), ...(filter ? { validFor: /^[^\s<>"'=]*$/ } : { filter }) };
}

function option(offer: Offer, behind: number): Completion {
  const { label, detail, doc, kind, boost } = offer;
  const made: Completion = { label, type: kind };
  if (detail) made.detail = detail;
  if (doc) made.info = () => sayings(doc);
  if (boost !== undefined) made.boost = boost;
  const { snippet: template } = offer;
  made.apply = (view, completion, from, to) => {
    if (template === undefined) {
      const written = insertCompletionText(view.state, label, from, to + behind);
      view.dispatch({ ...written, annotations: pickedCompletion.of(completion) });
      return;
    }
    snippet(template)(view, completion, from, to + behind);
    if (kind === 'attribute' || kind === 'element') startCompletion(view);
  };
  return made;
}

function letter(completion: Completion): Node {
  const mark = document.createElement('span');
  mark.className = `cm-offer cm-offer-${completion.type ?? 'word'}`;
  mark.textContent = LETTERS[(completion.type ?? 'word') as Offer['kind']];
  mark.setAttribute('aria-hidden', 'true');
  return mark;
}

function foldMarker(open: boolean): HTMLElement {
  const mark = document.createElement('span');
  mark.className = open ? 'cm-fold' : 'cm-fold cm-fold-closed';
  mark.textContent = open ? '▾' : '▸';
  mark.title = open ? 'Fold' : 'Unfold';
  return mark;
}

function replaceBy(instead: string): { name: string; apply(view: EditorView, from: number, to: number): void } {
  return { name: `Write ${instead}`, apply: (view, from, to) => view.dispatch({ changes: { from, to, insert: instead } }) };
}

function hover(view: EditorView, pos: number, schema: Schema | null) {
  const { text, all } = scan(view.state.doc);
  const at = schema && where(text, pos, all);
  if (!at || at.kind === 'between') return null;
  const tagPath = at.kind === 'attribute' || at.kind === 'value' ? at.path : [...at.path, at.tag.name];
  if (at.kind === 'close') tagPath.pop();
  const spec = schema.at(tagPath);
  if (!spec) return null;
  const attribute = at.kind === 'attribute' || at.kind === 'value' ? spec.attributes.find(({ name }) => name === at.attribute?.name) : undefined;
  if ((at.kind === 'attribute' || at.kind === 'value') && !attribute) return null;
  return {
    pos: at.from,
    end: at.to,
    above: true,
    create: () => ({ dom: attribute
      ? doc(attribute.name, 'cm-doc-attribute', kindInWords(attribute) + (attribute.default === undefined ? '' : ` — ${attribute.default} unless given`), attribute.doc)
      : doc(`<${spec.name}>`, '', spec.id.includes('/') ? `in ${spec.id.split('/').slice(0, -1).join(' › ')}` : '', spec.doc) }),
  };
}

/** A sentence, with what is between backticks as code. */
function sayings(text: string): HTMLElement {
  const line = document.createElement('span');
  text.split('`').forEach((part, i) => {
    if (i % 2 === 0) line.append(part);
    else line.append(Object.assign(document.createElement('code'), { textContent: part }));
  });
  return line;
}

/** Made of text nodes: names and words may be anybody's. */
function doc(name: string, kind: string, small: string, words: string): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-doc';
  const add = (text: string, className: string) => {
    if (text === '') return;
    const part = document.createElement('div');
    part.className = className;
    part.append(sayings(text));
    box.append(part);
  };
  add(name, `cm-doc-name ${kind}`);
  add(small, 'cm-doc-kind');
  add(words, 'cm-doc-text');
  return box;
}

/** From a reference to what has the name; from a name to the next that refers to it. */
function goToName(view: EditorView, pos: number, schema: Schema | null): boolean {
  const { text, all } = scan(view.state.doc);
  const at = schema && where(text, pos, all);
  if (!at || at.kind !== 'value') return false;
  const spec = schema.attribute(at.path, at.attribute.name);
  const kind = referredKind(spec?.of, at.tag);
  if (!spec || !kind) return false;
  const target = namesIn(all, schema).get(kind)?.find(({ name, from }) => name === at.attribute.value && from >= 0);
  if (!target || target.from === at.from) return false;
  view.dispatch({
    selection: EditorSelection.range(target.from, target.from + target.name.length),
    effects: EditorView.scrollIntoView(target.from, { y: 'center' }),
  });
  return true;
}
