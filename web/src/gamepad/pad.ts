/** The gamepad, and what it moves: actuators that are mapped to it, or else the camera. */

import { computed, signal } from '@preact/signals';
import { run } from '../app';
import { followModel, model } from '../dock/model';
import { read, write } from '../preferences';
import { live, mayControl, scene, sim } from '../state';
import { flash } from '../toasts';
import { controls, mappingOf, steered, type Eye, type Mapping, type PadState } from './mapping';
import { Latest, Poll } from './poll';

const keyOf = (name: string) => `mjcast.gamepad.${name}`;
const changes = signal(0);

/** The name under which the mapping is remembered. */
const modelName = computed(() => model.value?.name ?? scene.value.modelName ?? '');
export const mapping = computed<Mapping>(() => {
  void changes.value;
  return mappingOf(read(keyOf(modelName.value)));
});

export function setMapping(next: Mapping): void {
  write(keyOf(modelName.peek()), JSON.stringify(next));
  changes.value += 1;
}

/** As it is held; `null` where there is none. */
export const pad = signal<PadState | null>(null);

/** Smaller changes are a hand that trembles. */
const SMALLEST = 0.002;
const sent = new Map<number, number>();
let eye: Eye | null = null;

const toActuators = new Latest<Record<string, number>>((values) => run('set_ctrl', { values }));
const toCamera = new Latest<Eye>((camera) => run('set_camera', { ...camera }));

function drive(held: PadState): void {
  const wanted = controls(held, mapping.peek(), model.peek()?.actuators ?? []);
  const changed = [...wanted].filter(([id, value]) => Math.abs(value - (sent.get(id) ?? NaN)) > SMALLEST || !sent.has(id));
  // What is at rest when it is first looked at stays as somebody else has set it.
  const first = sent.size === 0;
  for (const [id, value] of wanted) sent.set(id, value);
  if (first) return;
  if (changed.length > 0) toActuators.put(Object.fromEntries([...wanted].filter(([id]) => changed.some(([one]) => one === id))));
  else toActuators.rest();
}

function steer(held: PadState, seconds: number): void {
  const { azimuth, elevation, distance } = sim.peek().camera ?? {};
  if (azimuth === undefined || elevation === undefined || distance === undefined) return;
  // While it turns, what the daemon tells is older than what it was told.
  const next = steered(eye ?? { azimuth, elevation, distance }, held, mapping.peek().dead, seconds);
  eye = next;
  if (next) toCamera.put(next);
  else toCamera.rest();
}

const same = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((value, at) => value === b[at]);

const poll = new Poll({
  gamepads: () => navigator.getGamepads(),
  nextFrame: (callback) => void window.requestAnimationFrame(callback),
  seen(held, seconds) {
    const before = pad.peek();
    if (!held || !before || !same(before.axes, held.axes) || !same(before.buttons, held.buttons)) pad.value = held;
    if (!held) {
      sent.clear();
      eye = null;
      flash('The gamepad is gone');
    } else if (!live.peek()) {
      eye = null;
    } else if (mapping.peek().binds.length === 0) {
      sent.clear();
      steer(held, seconds);
    } else if (mayControl.peek()) {
      eye = null;
      drive(held);
    }
  },
});

/** To be called whenever a gamepad may be there. */
export function look(): void {
  if (poll.running || !navigator.getGamepads?.().some((one) => one?.connected)) return;
  if (!model.peek()) followModel();
  flash(mapping.peek().binds.length > 0 ? 'The gamepad drives actuators' : 'The gamepad turns the camera');
  poll.begin();
}
