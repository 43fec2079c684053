/** Binds the stage element to the daemon: pointers, wheel, keys. */

import type { InputMessage, PointerEventMessage, ScrollMessage } from '../protocol/client';
import { ALL_BUTTONS, buttonChanges, penButtons } from './buttons';
import { Gestures, HOLD_MS, type GestureOutput } from './gestures';
import { keyUse } from './keys';
import { every, FrameThrottle } from './throttle';
import { clamp, notches } from './wheel';

/** Others see a pointer move smoothly enough at this pace, and a hovering hand costs next to nothing. */
const HOVER_EVERY_MS = 100;
/** Outside of any picture: the pointer is gone. */
const NOWHERE = { x: -1, y: -1 };
/** How long a lifted finger is still seen; sooner, the second tap of a double tap would be on its own. */
const TOUCH_SEEN_MS = 1_000;

export interface StageSink {
  /** A message that must arrive. */
  send(message: InputMessage): void;
  /** A pointer move, which the next one supersedes. */
  move(message: InputMessage): void;
  help(): void;
  /** A key that the page deals with. */
  key(event: KeyboardEvent): void;
  /** Whether anybody else would see the pointer. */
  seen(): boolean;
}

/** Starts listening on `stage`; the returned function stops it. */
export function bindStage(stage: HTMLElement, sink: StageSink): () => void {
  const stop = new AbortController();
  const pointers = new Pointers(stage, sink);
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {},
  ) => stage.addEventListener(type, listener, { ...options, signal: stop.signal });

  on('pointerdown', (e) => pointers.down(e));
  on('pointermove', (e) => pointers.move(e));
  on('pointerup', (e) => pointers.up(e));
  on('pointercancel', (e) => pointers.cancel(e));
  on('pointerleave', (e) => pointers.leave(e));
  on('wheel', (e) => pointers.wheel(e), { passive: false });
  on('contextmenu', (e) => e.preventDefault());
  bindKeys(on, sink);
  return () => stop.abort();
}

class Pointers {
  readonly #stage: HTMLElement;
  readonly #sink: StageSink;
  readonly #moves: FrameThrottle<PointerEventMessage>;
  readonly #scrolls: FrameThrottle<ScrollMessage>;
  readonly #hovers: FrameThrottle<PointerEventMessage>;
  readonly #gestures = new Gestures();
  #buttons = 0;
  #lifted = 0;
  #holding = 0;
  #touchKeys: Modifiers = { ctrl: false, shift: false, alt: false };

  constructor(stage: HTMLElement, sink: StageSink) {
    this.#stage = stage;
    this.#sink = sink;
    this.#moves = new FrameThrottle((m) => sink.move(m));
    this.#scrolls = new FrameThrottle((m) => sink.send(m));
    // Not lossy and so in order with presses: a late one would let go of what is held.
    this.#hovers = new FrameThrottle((m) => sink.send(m), every(HOVER_EVERY_MS));
  }

  down(event: PointerEvent): void {
    this.#stage.focus({ preventScroll: true });
    // A pointer that is already gone cannot be captured; its events still come while over the stage.
    try {
      this.#stage.setPointerCapture(event.pointerId);
    } catch {
      /* nothing to mend */
    }
    if (event.pointerType === 'touch') this.#touch(event, this.#gestures.down(event.pointerId, this.#at(event)));
    else this.#mouse(event);
    // Keeps the middle button from starting the browser's auto-scroll, and text from being selected.
    event.preventDefault();
  }

  move(event: PointerEvent): void {
    const newest = event.getCoalescedEvents?.().at(-1) ?? event;
    if (event.pointerType === 'touch') this.#touch(event, this.#gestures.move(event.pointerId, this.#at(newest)));
    else this.#mouse(newest);
  }

  up(event: PointerEvent): void {
    if (event.pointerType === 'touch') this.#touch(event, this.#gestures.up(event.pointerId));
    else this.#mouse(event);
  }

  cancel(event: PointerEvent): void {
    if (event.pointerType === 'touch') this.#touch(event, this.#gestures.cancel());
    else this.#changeButtons(event, 0);
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const message: ScrollMessage = { type: 'scroll', ...this.#at(event), ...notches(event) };
    if (message.dx === 0 && message.dy === 0) return;
    this.#scrolls.merge(message, (a, b) => ({ ...b, dx: clamp(a.dx + b.dx), dy: clamp(a.dy + b.dy) }));
  }

  #mouse(event: PointerEvent): void {
    const held = event.pointerType === 'pen' ? penButtons(event.buttons) : event.buttons & ALL_BUTTONS;
    const changed = this.#changeButtons(event, held);
    if (changed) return;
    const move = { type: 'mouse_move', ...this.#at(event), buttons: this.#buttons, ...modifiers(event) } as const;
    if (this.#buttons !== 0) this.#moves.push(move);
    // Hovering changes nothing in the simulation: it is for the eyes of others.
    else if (this.#sink.seen()) this.#hovers.push(move);
  }

  leave(event: PointerEvent): void {
    if (event.pointerType !== 'touch') this.#gone(modifiers(event));
  }

  /** Others are told that the pointer is nowhere, unless it holds something. */
  #gone(keys: Modifiers): void {
    if (this.#buttons !== 0 || this.#gestures.active || !this.#sink.seen()) return;
    this.#hovers.push({ type: 'mouse_move', ...NOWHERE, buttons: 0, ...keys });
  }

  #changeButtons(event: PointerEvent, after: number): boolean {
    const changes = buttonChanges(this.#buttons, after);
    if (changes.length > 0) {
      this.#moves.flush();
      this.#hovers.drop();
    }
    for (const change of changes) this.#sink.send({ ...change, ...this.#at(event), ...modifiers(event) });
    this.#buttons = after;
    return changes.length > 0;
  }

  #touch(event: PointerEvent, outputs: GestureOutput[]): void {
    this.#touchKeys = modifiers(event);
    if (!this.#gestures.waits) {
      window.clearTimeout(this.#holding);
      this.#holding = 0;
    }
    this.#holding ||= this.#gestures.waits ? window.setTimeout(() => this.#held(), HOLD_MS) : 0;
    window.clearTimeout(this.#lifted);
    this.#lifted = window.setTimeout(() => this.#gone(this.#touchKeys), TOUCH_SEEN_MS);
    this.#tell(outputs);
  }

  #held(): void {
    this.#holding = 0;
    const outputs = this.#gestures.hold();
    if (outputs.length > 0) navigator.vibrate?.(12);
    this.#tell(outputs);
  }

  #tell(outputs: readonly GestureOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'scroll') {
        this.#scrolls.merge(output, (a, b) => ({ ...b, dy: clamp(a.dy + b.dy) }));
      } else if (output.type === 'mouse_move') {
        this.#moves.push({ ...this.#touchKeys, ...output } as PointerEventMessage);
      } else {
        this.#moves.flush();
        this.#sink.send({ ...this.#touchKeys, ...output } as PointerEventMessage);
      }
    }
  }

  #at(event: MouseEvent): { x: number; y: number } {
    const box = this.#stage.getBoundingClientRect();
    return { x: round(event.clientX - box.left), y: round(event.clientY - box.top) };
  }
}

type Modifiers = Pick<PointerEventMessage, 'ctrl' | 'shift' | 'alt'>;

function modifiers(event: MouseEvent): Modifiers {
  return { ctrl: event.ctrlKey, shift: event.shiftKey, alt: event.altKey };
}

/** A tenth of a pixel is finer than any pointer. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}

type Listen = <K extends keyof HTMLElementEventMap>(
  type: K,
  listener: (event: HTMLElementEventMap[K]) => void,
) => void;

function bindKeys(on: Listen, sink: StageSink): void {
  const held = new Map<string, KeyboardEvent>();
  const message = (type: 'key_down' | 'key_up', e: KeyboardEvent): InputMessage => ({
    type, code: e.code, key: e.key, alt: e.altKey, ctrl: e.ctrlKey, shift: e.shiftKey, meta: e.metaKey,
  });
  on('keydown', (event) => {
    const use = keyUse(event);
    if (use.kind === 'leave') return;
    if (use.kind !== 'send' || use.prevent) event.preventDefault();
    if (use.kind === 'help') {
      event.stopPropagation();
      sink.help();
    } else if (use.kind === 'page') {
      sink.key(event);
    } else if (use.kind === 'send') {
      held.set(event.code, event);
      sink.send(message('key_down', event));
    }
  });
  on('keyup', (event) => {
    if (held.delete(event.code)) sink.send(message('key_up', event));
  });
  // Keys let go elsewhere would otherwise stay down for ever.
  on('blur', () => {
    for (const event of held.values()) sink.send(message('key_up', event));
    held.clear();
  });
}
