/** Which keys go to the simulation, which belong to the page, and which the browser keeps. */

import { flagKeys } from '../preferences';

export interface KeyLike {
  code: string;
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  repeat: boolean;
}

export type KeyUse =
  /** Sent to the daemon; `prevent` when the browser would scroll, search or go back. */
  | { kind: 'send'; prevent: boolean }
  | { kind: 'help' }
  /** Of `simulate`'s that the page deals with: flags, groups, plots. */
  | { kind: 'page' }
  /** Left to the browser. */
  | { kind: 'leave' }
  /** A held key that must act only once. */
  | { kind: 'swallow' };

const BROWSER_ACTS_ON = new Set([
  'Space', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown',
  'Backspace', 'BracketLeft', 'BracketRight', 'Quote', 'Slash',
]);
/** Held down, these go on turning the camera, stepping or changing speed. */
const REPEATS = new Set([
  'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown',
  'Minus', 'Equal', 'NumpadAdd', 'NumpadSubtract',
]);
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'Fn']);

/** Keys of `simulate` for what is shown, and `.` for the panels. */
const PAGE_KEYS = /^(F[23467]|Key[A-Z]|Digit[0-5]|Period|Comma|Quote|Semicolon|Slash|Backslash|Backquote)$/;

/** Decides about a key pressed while the stage has the focus. */
export function keyUse(event: KeyLike): KeyUse {
  if (isHelp(event)) return { kind: 'help' };
  if (event.key === 'Tab' || event.key === 'Unidentified' || event.key === 'Process') return { kind: 'leave' };
  if (MODIFIERS.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return { kind: 'leave' };
  if (!event.repeat && flagKeys.peek() && PAGE_KEYS.test(event.code)) return { kind: 'page' };
  // Function keys: reload, developer tools and full screen stay the browser's.
  if (/^F\d+$/.test(event.key)) return { kind: 'leave' };
  if (event.repeat && !REPEATS.has(event.code)) return { kind: 'swallow' };
  return { kind: 'send', prevent: BROWSER_ACTS_ON.has(event.code) };
}

/** F1 and ? open the help, wherever the focus is. */
export function isHelp(event: KeyLike): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return event.key === 'F1' || event.key === '?';
}
