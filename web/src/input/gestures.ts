/**
 * Touches to mouse events: one finger orbits (left drag), two pan (right drag) and pinch (scroll). One that
 * stays selects what it is on (a double click), and then pulls it (ctrl and right drag).
 *
 * ```text
 *        finger          moved past slop            second finger
 * none ─────────► tap? ──────────────────► orbit ──────────────────► pan + pinch
 *   ▲              │ lifted: a click          │ lifted                  │ one lifted
 *   └──────────────┴──────────────────────────┘         tap? (no click) ◄┘
 *                  │ stayed, `hold`      moved past slop
 *                  └─────────► selected ────────────────► pull
 * ```
 * Knows no DOM: times and coordinates are arguments, and what is to be sent is returned.
 */

import { clamp, NOTCH_ZOOM } from './wheel';

export interface Point {
  x: number;
  y: number;
}

export type GestureOutput =
  | { type: 'mouse_down' | 'mouse_up' | 'mouse_move'; x: number; y: number; buttons: number; button?: number; ctrl?: true }
  | { type: 'scroll'; x: number; y: number; dx: 0; dy: number };

/** A finger trembles by a few pixels in a tap, px. */
const SLOP_PX = 6;
/** Smaller zooms are gathered before they are sent, notches. */
const SMALLEST_ZOOM = 0.02;

/** A finger that has stayed for this long wants what it is on, ms. */
export const HOLD_MS = 450;

const LEFT = { mask: 1, button: 0 } as const;
const RIGHT = { mask: 2, button: 2 } as const;

type Mode =
  | { kind: 'none' }
  | { kind: 'tap'; start: Point; click: boolean }
  | { kind: 'selected'; start: Point }
  | { kind: 'orbit' }
  | { kind: 'pull' }
  | { kind: 'pan'; spread: number; zoom: number };

export class Gestures {
  /** Fingers in the order in which they came down; only the first two count. */
  readonly #fingers = new Map<number, Point>();
  #mode: Mode = { kind: 'none' };
  #last: Point = { x: 0, y: 0 };

  /** Whether a finger is down. */
  get active(): boolean {
    return this.#fingers.size > 0;
  }

  /** Whether a finger has come down and may stay. */
  get waits(): boolean {
    return this.#mode.kind === 'tap' && this.#mode.click;
  }

  /** The finger has stayed for `HOLD_MS`. */
  hold(): GestureOutput[] {
    if (this.#mode.kind !== 'tap' || !this.#mode.click) return [];
    const { start } = this.#mode;
    this.#mode = { kind: 'selected', start };
    return [press(LEFT, start), lift(LEFT, start), press(LEFT, start), lift(LEFT, start)];
  }

  down(id: number, at: Point): GestureOutput[] {
    this.#fingers.set(id, at);
    if (this.#fingers.size === 1) {
      this.#mode = { kind: 'tap', start: at, click: true };
      this.#last = at;
      return [];
    }
    return this.#fingers.size === 2 ? [...this.#release(), ...this.#startPan()] : [];
  }

  move(id: number, at: Point): GestureOutput[] {
    if (!this.#fingers.has(id)) return [];
    this.#fingers.set(id, at);
    const mode = this.#mode;
    if (mode.kind === 'tap') return this.#leaveTap(mode.start, at);
    if (mode.kind === 'selected') return this.#startPull(mode.start, at);
    if (mode.kind === 'orbit') return [this.#drag(LEFT.mask, at)];
    if (mode.kind === 'pull') return [{ ...this.#drag(RIGHT.mask, at), ctrl: true } as GestureOutput];
    return mode.kind === 'pan' ? this.#pan(mode) : [];
  }

  up(id: number): GestureOutput[] {
    const order = [...this.#fingers.keys()].indexOf(id);
    if (order < 0) return [];
    this.#fingers.delete(id);
    // A third finger steers nothing, so it ends nothing.
    if (order > 1) return [];
    const out = this.#mode.kind === 'tap' ? this.#tap(this.#mode) : this.#release();
    return [...out, ...this.#resume()];
  }

  /** The system took the touches away: everything is let go, nothing is clicked. */
  cancel(): GestureOutput[] {
    const out = this.#release();
    this.#fingers.clear();
    this.#mode = { kind: 'none' };
    return out;
  }

  #leaveTap(start: Point, at: Point): GestureOutput[] {
    if (Math.hypot(at.x - start.x, at.y - start.y) < SLOP_PX) return [];
    this.#mode = { kind: 'orbit' };
    this.#last = at;
    // Starting here rather than at the touch keeps the picture from jumping by the slop.
    return [press(LEFT, at)];
  }

  /** Only now, when the daemon knows what is selected. */
  #startPull(start: Point, at: Point): GestureOutput[] {
    if (Math.hypot(at.x - start.x, at.y - start.y) < SLOP_PX) return [];
    this.#mode = { kind: 'pull' };
    this.#last = at;
    return [{ ...press(RIGHT, at), ctrl: true } as GestureOutput];
  }

  #tap(mode: { start: Point; click: boolean }): GestureOutput[] {
    return mode.click ? [press(LEFT, mode.start), lift(LEFT, mode.start)] : [];
  }

  #startPan(): GestureOutput[] {
    const { centre, spread } = this.#pair();
    this.#mode = { kind: 'pan', spread, zoom: 0 };
    this.#last = centre;
    return [press(RIGHT, centre)];
  }

  #pan(mode: { spread: number; zoom: number }): GestureOutput[] {
    const { centre, spread } = this.#pair();
    const out: GestureOutput[] = [];
    if (centre.x !== this.#last.x || centre.y !== this.#last.y) out.push(this.#drag(RIGHT.mask, centre));
    mode.zoom -= Math.log(spread / mode.spread) / Math.log(NOTCH_ZOOM);
    mode.spread = spread;
    if (Math.abs(mode.zoom) >= SMALLEST_ZOOM) {
      out.push({ type: 'scroll', x: centre.x, y: centre.y, dx: 0, dy: clamp(mode.zoom) });
      mode.zoom = 0;
    }
    return out;
  }

  #release(): GestureOutput[] {
    if (this.#mode.kind === 'orbit') return [lift(LEFT, this.#last)];
    if (this.#mode.kind === 'pull') return [{ ...lift(RIGHT, this.#last), ctrl: true } as GestureOutput];
    return this.#mode.kind === 'pan' ? [lift(RIGHT, this.#last)] : [];
  }

  /** Goes on with the fingers that are left: a former pinch never ends in a click. */
  #resume(): GestureOutput[] {
    const [first] = this.#fingers.values();
    if (this.#fingers.size >= 2) return this.#startPan();
    this.#mode = first ? { kind: 'tap', start: first, click: false } : { kind: 'none' };
    return [];
  }

  #drag(buttons: number, at: Point): GestureOutput {
    this.#last = at;
    return { type: 'mouse_move', x: at.x, y: at.y, buttons };
  }

  #pair(): { centre: Point; spread: number } {
    const [a = this.#last, b = a] = this.#fingers.values();
    const centre = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    return { centre, spread: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
  }
}

function press({ mask, button }: typeof LEFT | typeof RIGHT, at: Point): GestureOutput {
  return { type: 'mouse_down', x: at.x, y: at.y, buttons: mask, button };
}

function lift({ button }: typeof LEFT | typeof RIGHT, at: Point): GestureOutput {
  return { type: 'mouse_up', x: at.x, y: at.y, buttons: 0, button };
}
