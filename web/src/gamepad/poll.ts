/** Looks at the gamepad while there is one; knows no page. */

import type { PadState } from './mapping';

export interface PollWorld {
  gamepads(): readonly (Gamepad | null)[];
  nextFrame(callback: (now_ms: number) => void): void;
  /** The gamepad as it is, and the seconds since it was last looked at; `null` once it is gone. */
  seen(pad: PadState | null, seconds: number): void;
}

/** After a tab was hidden a stick has not been held for all that time, s. */
const LONGEST_S = 0.1;

export class Poll {
  readonly #world: PollWorld;
  #running = false;
  #last_ms: number | null = null;

  constructor(world: PollWorld) {
    this.#world = world;
  }

  get running(): boolean {
    return this.#running;
  }

  /** A gamepad was connected; more calls do no more. */
  begin(): void {
    if (this.#running) return;
    this.#running = true;
    this.#last_ms = null;
    this.#next();
  }

  #next(): void {
    this.#world.nextFrame((now_ms) => {
      const pad = this.#world.gamepads().find((one) => one?.connected);
      const seconds = Math.min(LONGEST_S, Math.max(0, now_ms - (this.#last_ms ?? now_ms)) / 1000);
      this.#last_ms = now_ms;
      this.#running = pad !== undefined && pad !== null;
      this.#world.seen(pad ? stateOf(pad) : null, seconds);
      if (this.#running) this.#next();
    });
  }
}

export function stateOf({ id, mapping, axes, buttons }: Gamepad): PadState {
  const sound = (value: number) => (Number.isFinite(value) ? value : 0);
  return { id, standard: mapping === 'standard', axes: axes.map(sound), buttons: buttons.map(({ value }) => sound(value)) };
}

/** One request at a time, and then the newest that came meanwhile. After a refusal none until `rest`. */
export class Latest<T> {
  readonly #send: (value: T) => Promise<boolean>;
  #waiting: { value: T } | null = null;
  #busy = false;
  #refused = false;

  constructor(send: (value: T) => Promise<boolean>) {
    this.#send = send;
  }

  put(value: T): void {
    if (this.#refused) return;
    this.#waiting = { value };
    if (!this.#busy) void this.#pump();
  }

  rest(): void {
    this.#refused = false;
  }

  async #pump(): Promise<void> {
    this.#busy = true;
    while (this.#waiting) {
      const { value } = this.#waiting;
      this.#waiting = null;
      this.#refused = !(await this.#send(value));
      if (this.#refused) this.#waiting = null;
    }
    this.#busy = false;
  }
}
