/** Scenes from words: asked for, looked at before they run, and taken back. */

import { signal } from '@preact/signals';
import { api } from '../app';
import type { Answer, Problem } from '../connection/api';
import { text, texts, type Fields } from '../protocol/fields';
import { note } from '../toasts';

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

/** What programs that were written for older pages call. */
export async function executeFreestyleCommand(command: string): Promise<Outcome> {
  const before = await running();
  const answer = await during(api.ask('POST /api/execute-command', read, { body: { command } }));
  return settle(command, answer, ({ scene, ...told }) => ({ ...told, before: scene && before }));
}

/** Makes the scene without running it. */
export async function look(prompt: string): Promise<void> {
  const answer = await during(api.ask('POST /api/sessions/{id}/scene/generate', read, { body: { prompt, preview: true } }));
  settle(prompt, answer, ({ scene, ...told }) => ({ ...told, after: scene }));
}

/** Runs this scene, in place of what runs by now. */
export async function run(asked: string, xml: string, did: string[] = []): Promise<void> {
  const before = await running();
  const answer = await during(api.ask('PUT /api/sessions/{id}/scene', () => null, { body: { xml } }));
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

async function during<T>(act: Promise<T>): Promise<T> {
  working.value = true;
  const done = await act;
  working.value = false;
  return done;
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
  const plain = words.map((word) => word.replace(/[^\p{L}\p{N} ]/gu, '\\$&')).join('|');
  return words.length === 0 ? [asked] : asked.split(new RegExp(`(?<![\\p{L}\\p{N}])(${plain})(?![\\p{L}\\p{N}])`, 'giu'));
}
