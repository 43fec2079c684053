/**
 * Lets one value pass per animation frame: the first at once, then the newest of each frame.
 * Nothing waits for a frame when the pointer has been still, so a drag starts without delay.
 */
export class FrameThrottle<T> {
  readonly #emit: (value: T) => void;
  readonly #nextFrame: (callback: () => void) => void;
  #waiting: { value: T } | null = null;
  #closed = false;

  constructor(emit: (value: T) => void, nextFrame: (callback: () => void) => void = onNextFrame) {
    this.#emit = emit;
    this.#nextFrame = nextFrame;
  }

  push(value: T): void {
    if (this.#closed) {
      this.#waiting = { value };
    } else {
      this.#emit(value);
      this.#close();
    }
  }

  /** Combines `value` with what waits, instead of replacing it. */
  merge(value: T, combine: (waiting: T, value: T) => T): void {
    this.push(this.#waiting ? combine(this.#waiting.value, value) : value);
  }

  /** Emits what waits now, so that it precedes a message sent next. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) this.#emit(waiting.value);
  }

  /** Forgets what waits, which a message sent next says better. */
  drop(): void {
    this.#waiting = null;
  }

  #close(): void {
    this.#closed = true;
    this.#nextFrame(() => {
      this.#closed = false;
      if (!this.#waiting) return;
      this.flush();
      this.#close();
    });
  }
}

/** The scheduler for a throttle that lets a value pass only every `ms`. */
export function every(ms: number): (callback: () => void) => void {
  return (callback) => void setTimeout(callback, ms);
}

/** The browser's function insists on being called on `window`. */
function onNextFrame(callback: () => void): void {
  window.requestAnimationFrame(callback);
}
