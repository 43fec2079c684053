/** The model that runs, as `GET /api/sessions/{id}/model` tells; fetched anew with every scene. */

import { computed, effect, signal } from '@preact/signals';
import { api } from '../app';
import { fields, finite, finites, list, text, texts, type Fields } from '../protocol/fields';
import { live, scene } from '../state';

export type Range = readonly [number | null, number | null];

export interface Joint {
  id: number;
  name: string;
  kind: string;
  body: number;
  qpos: number;
  range: Range;
  unit: string;
}

export interface Actuator {
  id: number;
  name: string;
  kind: string;
  drives: string;
  target: string;
  range: Range;
  unit: string;
  gear: number;
  group: number;
}

export interface Sensor {
  id: number;
  name: string;
  kind: string;
  address: number;
  dim: number;
  unit: string;
}

export interface Model {
  name: string;
  sizes: Readonly<Record<string, number>>;
  bodies: string[];
  joints: Joint[];
  actuators: Actuator[];
  sensors: Sensor[];
  keyframes: string[];
  /** How many of the keyframes are the model's; the others were saved. */
  ownKeyframes: number;
  cameras: string[];
  /** Counts of things by group, by sort. */
  groups: Readonly<Record<string, number[]>>;
  qpos0: number[];
}

export const model = signal<Model | null>(null);
export const modelError = signal<string | null>(null);

let asked = 0;

/** Asks for the model again; an answer that comes after a later question is dropped. */
export async function refreshModel(): Promise<void> {
  const number = ++asked;
  const answer = await api.ask('GET /api/sessions/{id}/model', parseModel);
  if (number !== asked) return;
  model.value = answer.ok ? answer.value : null;
  modelError.value = answer.ok ? null : answer.problem.detail;
}

const sceneKey = computed(() => `${scene.value.modelName ?? ''}\n${live.value}`);

/** Keeps the model up to date; called once. */
export function followModel(): () => void {
  return effect(() => {
    void sceneKey.value;
    void scene.value;
    if (live.value) void refreshModel();
  });
}

export function parseModel(body: Fields): Model {
  const numbersOf = (value: unknown) =>
    Object.fromEntries(Object.entries(fields(value) ?? {}).flatMap(([k, v]) => (finite(v) === undefined ? [] : [[k, v as number]])));
  const groups = Object.entries(fields(body['groups']) ?? {}).map(([sort, counts]) => [sort, finites(counts) ?? []] as const);
  return {
    name: text(body['name']) ?? '',
    sizes: numbersOf(body['sizes']),
    bodies: (list(body['bodies'], (b) => text(fields(b)?.['name']) ?? '') ?? []),
    joints: numbered(body['joints'], (m, id) => ({
      ...named(m, id),
      body: finite(m['body']) ?? 0,
      qpos: finite(m['qpos']) ?? 0,
      range: range(m['range']),
      unit: text(m['unit']) ?? '',
    })),
    actuators: numbered(body['actuators'], (m, id) => ({
      ...named(m, id),
      drives: text(m['drives']) ?? 'none',
      target: text(m['target']) ?? '',
      range: range(m['range']),
      unit: text(m['unit']) ?? '',
      gear: finite(m['gear']) ?? 1,
      group: finite(m['group']) ?? 0,
    })),
    sensors: numbered(body['sensors'], (m, id) => ({
      ...named(m, id),
      address: finite(m['address']) ?? 0,
      dim: finite(m['dim']) ?? 1,
      unit: text(m['unit']) ?? '',
    })),
    keyframes: texts(body['keyframes']) ?? [],
    ownKeyframes: finite(body['own_keyframes']) ?? 0,
    cameras: texts(body['cameras']) ?? [],
    groups: Object.fromEntries(groups),
    qpos0: finites(body['qpos0']) ?? [],
  };
}

function numbered<T>(value: unknown, read: (m: Fields, id: number) => T): T[] {
  return Array.isArray(value) ? value.map((entry: unknown, id) => read(fields(entry) ?? {}, id)) : [];
}

function named(m: Fields, id: number): { id: number; name: string; kind: string } {
  return { id, name: text(m['name']) ?? '', kind: text(m['kind']) ?? '' };
}

function range(value: unknown): Range {
  const [low, high] = Array.isArray(value) ? (value as unknown[]) : [];
  return [finite(low) ?? null, finite(high) ?? null];
}
