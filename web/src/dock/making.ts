/** Scenes from words: asked for, looked at before they run, and taken back. */

import { signal } from '@preact/signals';
import { api } from '../app';
import type { Answer, Problem } from '../connection/api';
import { finite, text, texts, type Fields } from '../protocol/fields';
import { note } from '../toasts';
import { way } from './models';

/** What came of words. */
export interface Outcome {
  asked: string;
  ok: boolean;
  said: string;
  /** What was done, or understood. */
  did: string[];
  warnings: string[];
  /** Words that are not known, or make no sense where they are. */
  unknown: string[];
  /** The scene that ran before, where another runs since. */
  before?: string | undefined;
  /** A scene that was made, but does not run yet. */
  after?: string | undefined;
}

/** Whether something is being made or loaded. */
export const working = signal(false);
export const last = signal<Outcome | null>(null);
/** How far it is, in words. */
export const progress = signal('');

let ending = new AbortController();

/** Gives up what is being made. */
export function stop(): void {
  ending.abort();
}

/** What programs that were written for older pages call. */
export async function executeFreestyleCommand(command: string): Promise<Outcome> {
  const before = await running();
  const body = { command, ...way() };
  const answer = await during((end) => api.follow('POST /api/execute-command', read, hear, end, { body }));
  return settle(command, answer, ({ scene, ...told }) => ({ ...told, before: scene && before }));
}

/** Makes the scene without running it. */
export async function look(prompt: string): Promise<void> {
  const body = { prompt, preview: true, ...way() };
  const answer = await during((end) => api.follow('POST /api/sessions/{id}/scene/generate', read, hear, end, { body }));
  settle(prompt, answer, ({ scene, ...told }) => ({ ...told, after: scene }));
}

/** Runs this scene, in place of what runs by now. */
export async function run(asked: string, xml: string, did: string[] = []): Promise<void> {
  const before = await running();
  const answer = await during(() => api.ask('PUT /api/sessions/{id}/scene', () => null, { body: { xml } }));
  settle(asked, answer, () => ({ said: 'It runs.', did, before }));
}

function read(body: Fields) {
  return {
    said: text(body['result'] ?? body['message']) ?? 'Done.',
    did: texts(body['actions_taken'] ?? body['understood']) ?? [],
    warnings: texts(body['warnings']) ?? [],
    scene: text(body['scene_xml']),
  };
}

async function running(): Promise<string | undefined> {
  const answer = await api.ask('GET /api/sessions/{id}/scene', (body) => text(body.xml));
  return answer.ok ? answer.value : undefined;
}

async function during<T>(act: (end: AbortSignal) => Promise<T>): Promise<T> {
  ending = new AbortController();
  working.value = true;
  const done = await act(ending.signal);
  working.value = false;
  progress.value = '';
  return done;
}

function hear(body: Fields): void {
  progress.value = stageWords(body);
}

const STAGES: ReadonlyMap<string, string> = new Map(Object.entries({
  asking: 'Asking the model',
  thinking: 'The model thinks',
  receiving: 'The plan comes',
  judging: 'The plan is built and tried',
}));

/** How far a scene is. */
export function stageWords(body: Fields): string {
  const [stage, round] = [text(body['stage']) ?? '', finite(body['round']) ?? 0];
  const again = finite(body['again_in_s']);
  const what = stage === 'pausing' ? `The provider is busy: again in ${Math.ceil(again ?? 0)} s` : STAGES.get(stage);
  if (what === undefined) return '';
  const bytes = stage === 'receiving' ? `, ${((finite(body['received_bytes']) ?? 0) / 1000).toFixed(1)} kB` : '';
  return what + bytes + (round > 1 ? `, mended for the ${round === 2 ? 'first' : 'second'} time` : '') + ' …';
}

function settle<T>(asked: string, answer: Answer<T>, told: (value: T) => Partial<Outcome>): Outcome {
  const more = answer.ok ? told(answer.value) : refused(answer.problem);
  const outcome = { asked, ok: answer.ok, said: '', did: [], warnings: [], unknown: [], ...more };
  last.value = outcome;
  note(outcome.ok ? 'act' : 'error', `“${asked}”: ${outcome.said}`);
  return outcome;
}

const refused = ({ detail, unknown = [] }: Problem) => ({ said: detail, unknown });

/** A text in pieces, those that are one of `words` at odd places. */
export function marked(asked: string, words: readonly string[]): string[] {
  const plain = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  return words.length === 0 ? [asked] : asked.split(new RegExp(`(?<![\\p{L}\\p{N}])(${plain})(?![\\p{L}\\p{N}])`, 'giu'));
}
