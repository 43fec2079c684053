/** What the page says to the daemon. */

/** Pointer position in CSS px of the stage, with the buttons held (1 left, 2 right, 4 middle). */
export interface PointerEventMessage {
  type: 'mouse_move' | 'mouse_down' | 'mouse_up';
  x: number;
  y: number;
  buttons: number;
  /** The button that changed, numbered as in DOM events: 0 left, 1 middle, 2 right. */
  button?: number;
  ctrl: boolean;
  shift: boolean;
  alt: boolean;
}

/** Wheel turns in notches; positive `dy` moves the eye away. */
export interface ScrollMessage {
  type: 'scroll';
  x: number;
  y: number;
  dx: number;
  dy: number;
}

export interface KeyMessage {
  type: 'key_down' | 'key_up';
  code: string;
  key: string;
  alt: boolean;
  ctrl: boolean;
  shift: boolean;
  meta: boolean;
}

export type InputMessage = PointerEventMessage | ScrollMessage | KeyMessage;

export type ClientMessage =
  | InputMessage
  | { type: 'offer'; sdp: string }
  | { type: 'ice-candidate'; candidate: RTCIceCandidateInit | null }
  | { type: 'viewport'; width: number; height: number; dpr: number }
  | { type: 'command'; id: string; cmd: string; params: Record<string, unknown> }
  | { type: 'ping'; t: number }
  | { type: 'stamps'; on: boolean };
