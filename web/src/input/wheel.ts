/** Wheel events of every kind of device, brought to notches of a mouse wheel. */

export interface WheelLike {
  deltaX: number;
  deltaY: number;
  /** 0 pixels, 1 lines, 2 pages, as in DOM wheel events. */
  deltaMode: number;
  ctrlKey: boolean;
}

export interface Notches {
  dx: number;
  dy: number;
}

const PIXELS_PER_NOTCH = 100;
const LINES_PER_NOTCH = 3;
/** The most one message may carry; the daemon refuses more. */
export const MOST_NOTCHES = 10;
/** A notch zooms by about 10 %. */
export const NOTCH_ZOOM = 1.1;
/** Browsers report a trackpad pinch as ctrl + wheel in small steps, a real wheel in steps of about 100. */
const PINCH_STEP_BELOW = 50;

/** Converts one event; positive `dy` moves the eye away. */
export function notches(event: WheelLike): Notches {
  if (event.ctrlKey && event.deltaMode === 0 && Math.abs(event.deltaY) < PINCH_STEP_BELOW) {
    // The pinch scale is exp(−deltaY / 100).
    return { dx: 0, dy: clamp(event.deltaY / 100 / Math.log(NOTCH_ZOOM)) };
  }
  const unit = event.deltaMode === 0 ? PIXELS_PER_NOTCH : event.deltaMode === 1 ? LINES_PER_NOTCH : 1 / 3;
  return { dx: clamp(event.deltaX / unit), dy: clamp(event.deltaY / unit) };
}

export function clamp(value: number): number {
  return Number.isFinite(value) ? Math.max(-MOST_NOTCHES, Math.min(MOST_NOTCHES, value)) : 0;
}
