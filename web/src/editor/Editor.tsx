import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import { focusStage } from '../app';
import { mayControl } from '../state';
import { toast } from '../toasts';
import { Icon } from '../ui/Icon';
import { sceneName } from '../ui/sceneName';
import { DiffView } from './DiffView';
import { Glyph } from './Glyph';
import { Find, finding, hits, seek } from './Find';
import { closeEditor, type Begin } from './open';
import { fetchSchema } from './remote';
import type { Field } from './codemirror';
import type { Schema } from './schema';
import { Splitter } from './Splitter';
import * as store from './store';

const schema = signal<Schema | null>(null);
let field: Field | null = null;

/** The text of the scene, beside the picture that it makes. */
export function Editor({ begin }: { begin: Begin }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current ? start(host.current, begin) : undefined), []);
  useEffect(() => {
    if (field) show(begin);
  }, [begin]);
  const diffing = store.showing.value === 'diff';
  return (
    <section class="editor" aria-label="Scene editor" onKeyDown={onKey}>
      <Splitter />
      <Head />
      <Banner />
      {finding.value && !diffing && <Find field={() => field} />}
      <div class="editor-body">
        <div class={diffing ? 'editor-field editor-field-off' : 'editor-field'} inert={diffing}>
          <div id="xml-editor" ref={host} />
          {!store.ready.value && <Waiting />}
        </div>
        {diffing && <DiffView before={store.running.value} after={store.written.value} close={() => showText()} />}
      </div>
      <Foot />
    </section>
  );
}

function show({ text, compare }: Begin): void {
  if (text !== undefined) store.fill(text);
  if (compare) store.showing.value = 'diff';
}

function start(host: HTMLDivElement, begin: Begin): () => void {
  let over = false;
  // What scripts that were written for a text area do: read and write its value.
  Object.defineProperty(host, 'value', {
    configurable: true,
    get: () => store.written.peek(),
    set: (value: unknown) => store.fill(String(value)),
  });
  const unfollow = store.follow();
  const leave = () => store.keepNow();
  window.addEventListener('pagehide', leave);
  void Promise.all([import('./codemirror'), store.begin(begin.text), learn()]).then(([{ makeField }]) => {
    if (over || !store.ready.peek()) return;
    field = makeField(host, store.written.peek(), {
      schema: () => schema.peek(),
      changed: store.typed,
      apply: () => void store.apply(),
      unformatted: () => toast('error', 'The tags do not fit together yet: mend the mistake first.'),
      seek,
      sought() {
        const was = finding.peek();
        finding.value = false;
        return was;
      },
      found: (now) => (hits.value = now),
    });
    store.attach(field);
    field.focus();
    if (begin.compare) show(begin);
  }).catch(() => toast('error', 'The editor could not be loaded. Reload the page and try again.'));
  return () => {
    over = true;
    window.removeEventListener('pagehide', leave);
    store.keepNow();
    store.detach();
    unfollow();
    field?.destroy();
    field = null;
    finding.value = false;
    store.ready.value = false;
    store.showing.value = 'text';
    focusStage();
  };
}

/** Learns what MJCF is made of; without it there is a plain text field. */
async function learn(): Promise<void> {
  if (schema.peek()) return;
  const answer = await fetchSchema();
  if (answer.ok) schema.value = answer.value;
  else toast('error', `There is no completion: ${answer.problem.detail}`);
}

/** Letters are letters here: the page's keys are for elsewhere. Help is help everywhere. */
function onKey(event: KeyboardEvent): void {
  if (event.key !== 'F1') event.stopPropagation();
}

function showText(): void {
  store.showing.value = 'text';
  store.replacing.value = false;
  field?.focus();
}

function Head() {
  const input = useRef<HTMLInputElement>(null);
  const now = store.judgement.value;
  const root = now.kind === 'good' && now.verdict.root !== 'scene.xml' ? now.verdict.root : null;
  return (
    <header class="editor-head">
      <div class="editor-title">
        <h1>{sceneName}</h1>
        <span class="editor-root" title={root ?? undefined}>{root ?? 'MJCF'}</span>
        {store.dirty.value && <span class="editor-dirty">not applied</span>}
      </div>
      <div class="editor-tools" role="toolbar" aria-label="Text">
        <Tool label="Find" act={() => field?.find()}><Icon name="search" size={18} /></Tool>
        <Tool label="Put in order" act={() => field?.format()}><Glyph name="format" /></Tool>
        <Tool label="Open a file here" act={() => input.current?.click()}><Icon name="upload" size={18} /></Tool>
        <Tool id="export-xml-btn" label="Save as a file" act={store.exportText}><Glyph name="download" /></Tool>
        <Tool label="Close the editor" act={closeEditor}><Icon name="close" size={18} /></Tool>
      </div>
      <input
        ref={input} class="sr-only" type="file" accept=".xml,.mjcf,.urdf" tabIndex={-1} aria-label="File to open in the editor"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) void store.openText(file);
        }}
      />
    </header>
  );
}

function Tool(props: { label: string; act: () => void; id?: string; children: ComponentChildren }) {
  return (
    <button type="button" id={props.id} class="icon-button" aria-label={props.label} data-tip={props.label} data-tip-side="below" onClick={props.act}>
      {props.children}
    </button>
  );
}

/** Says that what runs is no longer what the edits began on. */
function Banner() {
  if (!store.elsewhere.value) return null;
  const diffing = store.showing.value === 'diff';
  return (
    <div class="editor-banner" role="status">
      <Icon name="warning" size={18} />
      <p>
        {store.replacing.value
          ? 'Another scene was loaded meanwhile. Below is what yours would change in it.'
          : 'Another scene was loaded while you were writing. Yours is still here.'}
      </p>
      <div class="editor-banner-acts">
        {!diffing && <button type="button" class="small-button" onClick={() => (store.showing.value = 'diff')}>Compare</button>}
        <button type="button" class="small-button" onClick={store.revert}>Take theirs</button>
        <button type="button" class="small-button" onClick={() => { store.keepMine(); if (!diffing) field?.focus(); }}>Keep mine</button>
      </div>
    </div>
  );
}

function Foot() {
  const { dirty, applying, replacing, keepState, showing } = store;
  const off = !mayControl.value;
  const diffing = showing.value === 'diff';
  return (
    <footer class="editor-foot">
      <Status />
      <div class="editor-acts">
        <label class="editor-keep" title="Joints, actuators and mocap bodies that both scenes have by name stay where they are">
          <input type="checkbox" checked={keepState} onChange={(event) => (keepState.value = event.currentTarget.checked)} />
          Keep positions
        </label>
        <span class="editor-space" />
        <button type="button" class="small-button" disabled={!dirty.value} onClick={store.revert}>Revert</button>
        <button
          type="button" class="small-button" aria-pressed={diffing} disabled={!dirty.value && !diffing}
          onClick={() => (diffing ? showText() : (showing.value = 'diff'))}
        >
          {diffing ? 'Edit' : 'Changes'}
        </button>
        <button
          type="button" id="load-xml-btn" class="small-button small-button-primary"
          aria-disabled={off || applying.value || !dirty.value}
          title={off ? 'You may look, but not load scenes here' : 'Ctrl Enter'}
          onClick={() => void store.apply()}
        >
          {applying.value ? <span class="spinner" /> : <Glyph name="play" size={15} />}
          {replacing.value ? 'Replace theirs' : 'Apply'}
        </button>
      </div>
    </footer>
  );
}

function Status() {
  const now = store.judgement.value;
  if (store.failed.value) return <p class="editor-status editor-status-bad" role="status"><span class="editor-light" />{store.failed}</p>;
  switch (now.kind) {
    case 'none':
    case 'checking':
      return <p class="editor-status" role="status"><span class="editor-light editor-light-busy" />Compiling …</p>;
    case 'good': {
      const { bodies, positions, controls, timestep } = now.verdict;
      return (
        <p class="editor-status editor-status-good" role="status">
          <span class="editor-light" />
          <span>Compiles</span>
          <span class="editor-figures">
            {count(bodies - 1, 'body', 'bodies')} · {count(positions, 'position')} · {count(controls, 'control')} · {+(timestep * 1000).toPrecision(3)} ms steps
          </span>
        </p>
      );
    }
    case 'bad':
      return (
        <p class="editor-status editor-status-bad" role="status">
          <span class="editor-light" />
          {now.line === undefined
            ? <span class="editor-mistake">{now.words}</span>
            : <button type="button" class="editor-mistake" onClick={store.goToMistake}><b>Line {now.line}</b> {now.words}</button>}
        </p>
      );
    case 'unknown':
      return (
        <p class="editor-status" role="status">
          <span class="editor-light" />
          <span class="editor-mistake">Not checked: {now.detail}</span>
          <button type="button" class="small-button" onClick={store.check}>Check</button>
        </p>
      );
  }
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

function Waiting() {
  return (
    <div class="editor-waiting">
      {store.failed.value
        ? <><p>{store.failed}</p><button type="button" class="text-button" onClick={() => void retry()}>Try again</button></>
        : <span class="spinner" />}
    </div>
  );
}

async function retry(): Promise<void> {
  closeEditor();
  const { openEditor } = await import('./open');
  openEditor();
}
