/** Binary messages of a media socket. `src/http/media/packet.rs` writes and describes them: keep in step. */

import type { FrameStamps } from '../protocol/server';

const VERSION = 1;
const KEYFRAME = 1;
const OPENING = 2;
const H264 = 1;
const HEADER_BYTES = 20;
/** Of the header with stamps; older daemons send none. */
const STAMPED_BYTES = 48;
/** In the place of an age: there is none. */
const NONE = 0xffff_ffff;
const NAL_SPS = 7;

export interface Packet {
  /** Decoding can start here. */
  keyframe: boolean;
  /** What sets a player up, and no picture. */
  opening: boolean;
  /** When the picture was captured, 90 kHz, 32 bits that wrap. */
  time: number;
  /** Number of the frame within its stream. */
  id: number;
  width: number;
  height: number;
  stamps?: FrameStamps;
  payload: Uint8Array<ArrayBuffer>;
}

/** Reads a message; `null` for one of another version or codec. */
export function parsePacket(message: ArrayBuffer): Packet | null {
  if (message.byteLength < HEADER_BYTES) return null;
  const view = new DataView(message);
  const header = view.getUint8(3);
  const known = view.getUint8(0) === VERSION && view.getUint8(2) === H264;
  if (!known || header < HEADER_BYTES || header > message.byteLength) return null;
  const flags = view.getUint8(1);
  return {
    keyframe: (flags & KEYFRAME) !== 0,
    opening: (flags & OPENING) !== 0,
    time: view.getUint32(4),
    id: Number(view.getBigUint64(8)),
    width: view.getUint16(16),
    height: view.getUint16(18),
    ...(header >= STAMPED_BYTES && stampsOf(view)),
    payload: new Uint8Array(message, header),
  };
}

function stampsOf(view: DataView): { stamps: FrameStamps } {
  const sent_us = Number(view.getBigUint64(20));
  const before = (at: number) => sent_us - view.getUint32(at);
  return {
    stamps: {
      id: Number(view.getBigUint64(8)),
      rtp: view.getUint32(4),
      ...(view.getUint32(28) !== NONE && { input_us: before(28) }),
      ...(view.getUint32(32) !== NONE && { state_us: before(32) }),
      render_us: before(36),
      encode_us: before(40),
      done_us: before(44),
      sent_us,
    },
  };
}

/** What `VideoDecoder` calls the H.264 of an access unit in Annex B; `null` where it has no parameter sets. */
export function codecOf(unit: Uint8Array): string | null {
  for (let at = 0; at + 6 < unit.length; at += 1) {
    const startsHere = unit[at] === 0 && unit[at + 1] === 0 && unit[at + 2] === 1;
    if (startsHere && (unit[at + 3]! & 0x1f) === NAL_SPS) return named(unit.subarray(at + 4, at + 7));
  }
  return null;
}

/** The same from the `avcC` box of an opening. */
export function codecOfOpening(opening: Uint8Array): string | null {
  const at = find(opening, 'avcC');
  // Behind the name: version, then profile, constraints and level.
  return at < 0 || at + 8 > opening.length ? null : named(opening.subarray(at + 5, at + 8));
}

/** When a fragment begins, s: its `tfdt` box. */
export function beginOf(fragment: Uint8Array): number | null {
  const at = find(fragment, 'tfdt');
  if (at < 0 || at + 12 > fragment.length) return null;
  const view = new DataView(fragment.buffer, fragment.byteOffset + at + 4);
  if (view.getUint8(0) === 0) return view.getUint32(4) / 90_000;
  return view.byteLength < 12 ? null : Number(view.getBigUint64(4)) / 90_000;
}

/** Times of packets as one line that does not wrap, µs from the first. */
export class Unwrapped {
  #last: number | null = null;
  #ticks = 0;

  at(time: number): number {
    if (this.#last !== null) this.#ticks += (time - this.#last) | 0;
    this.#last = time;
    return Math.round((this.#ticks * 100) / 9);
  }
}

function named(profileAndLevel: Uint8Array): string {
  return `avc1.${[...profileAndLevel].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function find(bytes: Uint8Array, name: string): number {
  const codes = [...name].map((letter) => letter.charCodeAt(0));
  for (let at = 0; at + 4 <= bytes.length; at += 1) {
    if (codes.every((code, i) => bytes[at + i] === code)) return at;
  }
  return -1;
}
