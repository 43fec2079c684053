/** Numbers with units, as sliders show them. Pure. */

import type { Range } from './model';

export type Angle = 'rad' | 'deg';

const DEGREES = 180 / Math.PI;

export interface Scale {
  /** What the daemon's number is multiplied by to be shown. */
  factor: number;
  unit: string;
}

/** How a number of `unit` is shown where angles are in `angle`. */
export function scale(unit: string, angle: Angle): Scale {
  if (angle === 'deg' && unit === 'rad') return { factor: DEGREES, unit: '°' };
  if (angle === 'deg' && unit === 'rad/s') return { factor: DEGREES, unit: '°/s' };
  return { factor: 1, unit };
}

/** How far a slider goes: the limits, or what `simulate` takes where there are none, and never less than `value`. */
export function span([low, high]: Range, unit: string, value: number): [number, number] {
  const open = unit === 'rad' ? Math.PI : 1;
  const from = low ?? Math.min(-open, (high ?? open) - 2 * open);
  const to = high ?? Math.max(open, from + 2 * open);
  if (!Number.isFinite(value)) return [from, to];
  return [Math.min(from, value), Math.max(to, value)];
}

/** A step for a slider over `width`: about four hundred of them, and a round number. */
export function step(width: number): number {
  if (!(width > 0)) return 0.01;
  const raw = width / 400;
  const power = 10 ** Math.floor(Math.log10(raw));
  const digit = raw / power;
  return Number((power * (digit < 2 ? 1 : digit < 5 ? 2 : 5)).toPrecision(1));
}

/** A number with the digits that its step tells apart: no `-0`, no tail. */
export function written(value: number, by: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(by) + 1e-9)));
  const shown = value.toFixed(digits);
  return Number(shown) === 0 ? (0).toFixed(digits) : shown;
}

/** Reads what somebody typed; a comma is a point, and nothing is no number. */
export function typed(text: string): number | null {
  const plain = text.trim().replace(',', '.').replace('−', '-');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

/** `0.002`, `1e-8`: a number as short as it can be without another meaning. */
export function plain(value: number): string {
  return value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6) ? value.toExponential().replace('e+', 'e') : String(value);
}
