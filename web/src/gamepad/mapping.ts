/** What a gamepad's axes and buttons do. Pure. */

import { fields, finite, flag, list, text } from '../protocol/fields';

/** What of a gamepad is read. */
export interface PadState {
  id: string;
  /** Whether axes and buttons are where the standard has them. */
  standard: boolean;
  /** [−1, 1]. */
  axes: readonly number[];
  /** [0, 1]. */
  buttons: readonly number[];
}

export interface Bind {
  /** `a0` is the first axis, `b0` the first button. */
  input: string;
  /** Name of the actuator, or `#` and its number where it has none. */
  actuator: string;
  invert: boolean;
}

export interface Mapping {
  /** Share of an axis around its middle that does nothing. */
  dead: number;
  binds: readonly Bind[];
}

export const EMPTY: Mapping = { dead: 0.12, binds: [] };
export const MOST_DEAD = 0.6;

interface Driven {
  id: number;
  name: string;
  range: readonly [number | null, number | null];
}

export function actuatorKey({ id, name }: Pick<Driven, 'id' | 'name'>): string {
  return name === '' ? `#${id}` : name;
}

/** Beyond the dead zone an axis begins at zero and still reaches its end. */
export function beyondDead(value: number, dead: number): number {
  const size = Math.min(1, Math.abs(value));
  return size <= dead ? 0 : (Math.sign(value) * (size - dead)) / (1 - dead);
}

/** A deflection in [−1, 1] of what is held. */
export function deflection(pad: PadState, input: string, dead: number): number {
  const index = Number(input.slice(1));
  if (input[0] === 'a') return beyondDead(pad.axes[index] ?? 0, dead);
  return Math.min(1, Math.max(0, pad.buttons[index] ?? 0));
}

/** From rest, which is zero or the limit or middle that is nearest to it, to the limits. */
export function controlOf(deflected: number, [low, high]: Driven['range']): number {
  const [from, to] = [low ?? Math.min(-1, high ?? -1), high ?? Math.max(1, low ?? 1)];
  const rest = Math.min(to, Math.max(from, 0));
  return deflected < 0 ? rest + deflected * (rest - from) : rest + deflected * (to - rest);
}

/** The controls that the mapping sets, by number of the actuator. Those of one actuator add up. */
export function controls(pad: PadState, { dead, binds }: Mapping, actuators: readonly Driven[]): Map<number, number> {
  const sums = new Map<Driven, number>();
  for (const { input, actuator, invert } of binds) {
    const driven = actuators.find((one) => actuatorKey(one) === actuator);
    if (!driven) continue;
    const value = deflection(pad, input, dead) * (invert ? -1 : 1);
    sums.set(driven, Math.min(1, Math.max(-1, (sums.get(driven) ?? 0) + value)));
  }
  return new Map([...sums].map(([driven, sum]) => [driven.id, controlOf(sum, driven.range)]));
}

export interface Eye {
  azimuth: number;
  elevation: number;
  distance: number;
}

/** Degrees, and factors of distance, in a second. */
const TURN = 120;
const ZOOM = 2.5;

/** The camera after `seconds` of what is held: left stick turns, right stick and triggers zoom; `null` at rest. */
export function steered(eye: Eye, pad: PadState, dead: number, seconds: number): Eye | null {
  const [x, y, , zoom] = [0, 1, 2, 3].map((axis) => beyondDead(pad.axes[axis] ?? 0, dead)) as [number, number, number, number];
  const [nearer, farther] = pad.standard ? [pad.buttons[7] ?? 0, pad.buttons[6] ?? 0] : [0, 0];
  const away = zoom + farther - nearer;
  if (x === 0 && y === 0 && Math.abs(away) < 0.01) return null;
  return {
    azimuth: eye.azimuth - x * TURN * seconds,
    elevation: Math.min(90, Math.max(-90, eye.elevation + y * TURN * seconds)),
    distance: eye.distance * ZOOM ** (away * seconds),
  };
}

/** The mapping with this input on `actuator`, or on nothing. */
export function bound(mapping: Mapping, input: string, change: Partial<Omit<Bind, 'input'>>): Mapping {
  const before = mapping.binds.find((bind) => bind.input === input) ?? { input, actuator: '', invert: false };
  const after = { ...before, ...change };
  const others = mapping.binds.filter((bind) => bind.input !== input);
  return { ...mapping, binds: after.actuator === '' ? others : [...others, after] };
}

/** What was remembered; whatever is not as it was written is left out. */
export function mappingOf(stored: string | null): Mapping {
  let value: unknown;
  try {
    value = JSON.parse(stored ?? '');
  } catch {
    return EMPTY;
  }
  const m = fields(value);
  const dead = m && finite(m['dead']);
  const binds = m && list(m['binds'], (entry): Bind | undefined => {
    const one = fields(entry);
    const [input, actuator] = [one && text(one['input']), one && text(one['actuator'])];
    if (!one || !input || !/^[ab]\d{1,2}$/.test(input) || !actuator) return undefined;
    return { input, actuator, invert: flag(one['invert']) ?? false };
  });
  return { dead: Math.min(MOST_DEAD, Math.max(0, dead ?? EMPTY.dead)), binds: binds ?? [] };
}

const AXES = ['Left stick ↔', 'Left stick ↕', 'Right stick ↔', 'Right stick ↕'];
const BUTTONS = ['A', 'B', 'X', 'Y', 'Left bumper', 'Right bumper', 'Left trigger', 'Right trigger', 'View', 'Menu', 'Left stick press', 'Right stick press', 'Up', 'Down', 'Left', 'Right', 'Home'];

export function inputName(input: string, standard: boolean): string {
  const index = Number(input.slice(1));
  const known = standard ? (input[0] === 'a' ? AXES : BUTTONS)[index] : undefined;
  return known ?? `${input[0] === 'a' ? 'Axis' : 'Button'} ${index + 1}`;
}
