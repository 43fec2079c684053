/** Which mouse buttons changed between two bit masks (1 left, 2 right, 4 middle). */

export interface ButtonChange {
  type: 'mouse_down' | 'mouse_up';
  /** DOM number: 0 left, 1 middle, 2 right. */
  button: number;
  /** All buttons held after this change. */
  buttons: number;
}

const BUTTON_OF_BIT: readonly [bit: number, button: number][] = [
  [1, 0],
  [2, 2],
  [4, 1],
];

export const ALL_BUTTONS = 7;

/**
 * Lists the changes, releases first. Pointer events tell of a second button only through a move, so the
 * masks are compared instead of relying on the event's type.
 */
export function buttonChanges(before: number, after: number): ButtonChange[] {
  let held = before & ALL_BUTTONS;
  const changes: ButtonChange[] = [];
  for (const [bit, button] of BUTTON_OF_BIT) {
    if (before & bit && !(after & bit)) {
      held &= ~bit;
      changes.push({ type: 'mouse_up', button, buttons: held });
    }
  }
  for (const [bit, button] of BUTTON_OF_BIT) {
    if (after & bit && !(before & bit)) {
      held |= bit;
      changes.push({ type: 'mouse_down', button, buttons: held });
    }
  }
  return changes;
}

const PEN_BARREL = 2;
const PEN_ERASER = 32;

/** A pen's buttons as a mouse's: the barrel makes its tip a right button, whether or not that is reported, too. */
export function penButtons(buttons: number): number {
  if (buttons & PEN_BARREL) return 2;
  return buttons & (1 | PEN_ERASER) ? 1 : 0;
}
