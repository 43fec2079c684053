/** The text that is written, what runs, and how the two differ. */

import { batch, computed, effect, signal } from '@preact/signals';
import { mayControl, scene } from '../state';
import { toast } from '../toasts';
import { download } from '../video';
import { draftOf, dropDraft, keepDraft } from './draft';
import { placeOf, sentence, type Mistake } from './place';
import { fetchRunning, replaceText, session, validate, type Verdict } from './remote';

/** How long nothing is written before the text is compiled on the side. */
const SETTLED_MS = 600;
/** Longer texts are compiled when asked only: each takes a process seconds. */
const MOST_UNASKED = 1_500_000;

/** What shows the text. */
export interface Surface {
  replace(text: string): void;
  /** Marks a mistake, or none. */
  mark(mistake: { from: number; to: number; words: string } | null): void;
  show(from: number, to: number): void;
  focus(): void;
  undo(): void;
  /** Whether a word is being chosen: what is written is not yet what is meant. */
  choosing(): boolean;
}

export type Judgement =
  | { kind: 'none' }
  | { kind: 'checking' }
  | { kind: 'good'; verdict: Verdict & { valid: true } }
  | { kind: 'bad'; mistake: Mistake; words: string; line?: number }
  /** Nobody could tell. */
  | { kind: 'unknown'; detail: string };

export const ready = signal(false);
export const failed = signal<string | null>(null);
/** What runs; what the edits began on; what is written. */
export const running = signal('');
export const base = signal('');
export const written = signal('');
export const dirty = computed(() => written.value !== base.value);
/** Somebody has changed what runs since the edits began. */
export const elsewhere = computed(() => ready.value && dirty.value && running.value !== base.value);
export const judgement = signal<Judgement>({ kind: 'none' });
export const applying = signal(false);
export const keepState = signal(true);
export const showing = signal<'text' | 'diff'>('text');
/** Whether a diff is looked at in order to replace what somebody else has loaded. */
export const replacing = signal(false);
export const mayApply = computed(() => mayControl.value && dirty.value && !applying.value);

let surface: Surface | null = null;
let timer = 0;
let checking: AbortController | null = null;
let judged: string | null = null;

/** Begins with what runs or what was left unapplied; `given` is what to begin with instead. */
export async function begin(given?: string): Promise<void> {
  const before = written.peek();
  const answer = await fetchRunning();
  if (!answer.ok) {
    failed.value = answer.problem.detail;
    return;
  }
  const draft = draftOf(storage(), session);
  batch(() => {
    failed.value = null;
    running.value = answer.value;
    base.value = draft && draft.text !== answer.value ? draft.base : answer.value;
    // What a script wrote meanwhile stays.
    const early = written.peek() === before ? undefined : written.peek();
    written.value = given ?? early ?? draft?.text ?? answer.value;
    ready.value = true;
  });
  if (draft && given === undefined && dirty.peek()) toast('info', 'What you had written is here again. It does not run yet.');
  check();
}

/** The surface is there, and shows what is written. */
export function attach(to: Surface): void {
  surface = to;
  // What was judged before it was there.
  show(judgement.peek());
}

export function detach(): void {
  surface = null;
  window.clearTimeout(timer);
  checking?.abort();
}

/** Takes what was typed. */
export function typed(text: string): void {
  if (text === written.peek()) return;
  batch(() => {
    written.value = text;
    replacing.value = false;
  });
  keep();
  window.clearTimeout(timer);
  if (text.length <= MOST_UNASKED) timer = window.setTimeout(checkSettled, SETTLED_MS);
}

function checkSettled(): void {
  if (surface?.choosing()) timer = window.setTimeout(checkSettled, SETTLED_MS);
  else check();
}

/** Compiles the text on the side: nothing that runs is touched. */
export function check(): void {
  window.clearTimeout(timer);
  const text = written.peek();
  if (text === judged && judgement.peek().kind !== 'unknown') return;
  checking?.abort();
  const own = (checking = new AbortController());
  judgement.value = { kind: 'checking' };
  void validate(text, own.signal).then((answer) => {
    if (own.signal.aborted || text !== written.peek()) return;
    judged = text;
    if (!answer.ok && answer.problem.status === 400) judge({ message: answer.problem.detail });
    else if (!answer.ok) settle({ kind: 'unknown', detail: answer.problem.detail });
    else if (answer.value.valid) settle({ kind: 'good', verdict: answer.value });
    else judge(answer.value.mistakes[0] ?? { message: '' });
  });
}

function judge(mistake: Mistake): void {
  const place = placeOf(written.peek(), mistake);
  settle({ kind: 'bad', mistake, words: sentence(mistake.message), ...(place ? { line: place.line } : {}) });
}

function settle(next: Judgement): void {
  judgement.value = next;
  show(next);
}

function show(now: Judgement): void {
  if (now.kind === 'checking') return;
  const place = now.kind === 'bad' ? placeOf(written.peek(), now.mistake) : null;
  surface?.mark(now.kind === 'bad' && place ? { from: place.from, to: place.to, words: now.words } : null);
}

/** Goes to the mistake. */
export function goToMistake(): void {
  const now = judgement.peek();
  const place = now.kind === 'bad' ? placeOf(written.peek(), now.mistake) : null;
  if (!place) return;
  showing.value = 'text';
  surface?.show(place.from, place.to);
}

/**
 * Loads what is written. Where somebody else has loaded something meanwhile, that is shown first and replaced
 * only when asked to once more.
 */
export async function apply(): Promise<void> {
  if (applying.peek() || !mayControl.peek()) return;
  applying.value = true;
  try {
    const text = written.peek();
    const now = await fetchRunning();
    if (now.ok) running.value = now.value;
    if (elsewhere.peek() && !replacing.peek()) {
      batch(() => {
        showing.value = 'diff';
        replacing.value = true;
      });
      return;
    }
    const answer = await replaceText(text, keepState.peek());
    if (answer.ok) {
      batch(() => {
        running.value = text;
        base.value = text;
        replacing.value = false;
        showing.value = 'text';
      });
      keep();
      toast('info', `${answer.value.model || 'The scene'} is running as written.`);
    } else if (answer.problem.status === 400) {
      judged = text;
      judge({ message: answer.problem.detail });
      showing.value = 'text';
      goToMistake();
    } else {
      toast('error', answer.problem.detail);
    }
  } finally {
    applying.value = false;
  }
}

/** Back to what runs. */
export function revert(): void {
  const unwritten = written.peek();
  showing.value = 'text';
  take(running.peek());
  if (unwritten !== running.peek()) toast('info', 'What runs is here again.', { label: 'Undo', act: () => surface?.undo() });
}

/** Goes on with one's own text, knowing of the other. */
export function keepMine(): void {
  base.value = running.peek();
  replacing.value = false;
  keep();
}

/** Shows this text as what is written. */
export function fill(text: string): void {
  if (surface) surface.replace(text);
  else typed(text);
}

export async function openText(file: File): Promise<void> {
  fill(await file.text());
  surface?.focus();
}

export function exportText(): void {
  const now = judgement.peek();
  const root = now.kind === 'good' ? now.verdict.root.split('/').at(-1) : undefined;
  const model = /<mujoco[^>]*\bmodel\s*=\s*["']([^"'<]+)/.exec(written.peek())?.[1] ?? scene.peek().modelName;
  const plain = model?.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const name = root && root !== 'scene.xml' ? root : `${plain || 'scene'}.xml`;
  download(new Blob([written.peek()], { type: 'application/xml' }), name);
}

/** Follows what runs: every loaded scene is news, whoever loaded it. */
export function follow(): () => void {
  let first = true;
  return effect(() => {
    void scene.value;
    if (first) first = false;
    else void refresh();
  });
}

async function refresh(): Promise<void> {
  const answer = await fetchRunning();
  if (!answer.ok || answer.value === running.peek()) return;
  // What is being applied comes back as news, too.
  if (applying.peek() && answer.value === written.peek()) return;
  if (dirty.peek()) running.value = answer.value;
  else take(answer.value);
  judged = null;
  check();
}

function take(text: string): void {
  batch(() => {
    running.value = text;
    base.value = text;
    replacing.value = false;
  });
  fill(text);
  keep();
}

let keeping = 0;

/** Remembers what is not applied, so that a reload of the page does not lose it. */
function keep(): void {
  window.clearTimeout(keeping);
  keeping = window.setTimeout(keepNow, 200);
}

export function keepNow(): void {
  window.clearTimeout(keeping);
  if (!ready.peek()) return;
  if (dirty.peek()) keepDraft(storage(), session, { text: written.peek(), base: base.peek() });
  else dropDraft(storage(), session);
}

function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
