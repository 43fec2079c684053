/** What further views show: a camera of the model, the free camera, or a side. Pure. */

import type { Params } from '../protocol/client';

export type Side = 'top' | 'front' | 'side';

export interface Source {
  /** How it is remembered; no two are alike. */
  key: string;
  label: string;
  /** What the daemon calls it; the free camera where it is missing. */
  camera?: string;
  /** What `use_camera` takes. */
  use: Params<'use_camera'>;
  /** Seen from here by the free camera, in still pictures. */
  from?: { side: Side; azimuth: number; elevation: number };
}

export const FREE: Source = { key: 'free', label: 'Free camera', use: { name: 'free' } };

/** As the commands of these names turn the free camera. */
const SIDES: readonly Source[] = [side('top', 'Top', 0, -90), side('front', 'Front', 0, 0), side('side', 'Side', 90, 0)];

function side(name: Side, label: string, azimuth: number, elevation: number): Source {
  return { key: `side:${name}`, label, use: { name: 'free' }, from: { side: name, azimuth, elevation } };
}

/** All that there is to see, the model's cameras first. */
export function sources(cameras: readonly string[]): Source[] {
  const own = cameras.map((name, index): Source => {
    // A name that a number or an earlier camera has would lead elsewhere.
    const named = name !== '' && !/^\d+$/.test(name) && cameras.indexOf(name) === index && name !== 'free';
    return named
      ? { key: `camera:${name}`, label: name, camera: name, use: { name } }
      : { key: `camera#${index}`, label: name || `Camera ${index}`, camera: String(index), use: { index } };
  });
  return [...own, ...SIDES, FREE];
}

/** What the main view looks through. */
export function mainSource(all: readonly Source[], camera: string | null, free: boolean): string {
  if (free || camera === null) return FREE.key;
  return all.find(({ label, camera: name }) => name !== undefined && label === camera)?.key ?? FREE.key;
}

/** What `count` views show: what was chosen where there is such a thing, else what is not yet seen. */
export function filled(chosen: readonly string[], all: readonly Source[], main: string, count: number): Source[] {
  const has = (key: string | undefined) => all.find((source) => source.key === key);
  const kept = Array.from({ length: count }, (_, slot) => has(chosen[slot]));
  const seen = new Set([main, ...kept.flatMap((source) => (source ? [source.key] : []))]);
  return kept.map((source) => {
    if (source) return source;
    const next = all.find(({ key }) => !seen.has(key)) ?? FREE;
    seen.add(next.key);
    return next;
  });
}

/** What is chosen after the view in `slot` became the main one, which shows what it showed. */
export function swapped(shown: readonly Source[], slot: number, main: string): string[] {
  const keys = shown.map(({ key }) => key);
  // A side is the free camera, turned: there is nothing to put in its place.
  if (!(shown[slot]?.from && main === FREE.key)) keys[slot] = main;
  return keys;
}

/** What was remembered, if it is what was written. */
export function chosenOf(stored: string | null): string[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value.filter((key): key is string => typeof key === 'string').slice(0, 3) : [];
  } catch {
    return [];
  }
}

/** Where its still picture is, below the session. */
export function stillPath({ camera, from }: Source, width: number, height: number): string {
  const query = new URLSearchParams({ width: String(width), height: String(height) });
  if (from) {
    query.set('azimuth', String(from.azimuth));
    query.set('elevation', String(from.elevation));
  }
  return `cameras/${encodeURIComponent(camera ?? 'free')}/frame.jpg?${query}`;
}

/** Where its stream is asked for, below the session, as a further view of the viewer `beside` in a place of this size. */
export function streamPath({ camera }: Source, beside: string, [width, height]: readonly [number, number]): string {
  const size = { width: String(width), height: String(height) };
  return `whep?${new URLSearchParams(camera === undefined ? { beside, ...size } : { camera, beside, ...size })}`;
}

/** A still picture's size for a view of these CSS px. */
export function stillSize(width: number, height: number, dpr: number): [number, number] {
  const scale = Math.min(dpr, 960 / Math.max(width, height, 1));
  const side = (length: number) => Math.max(16, Math.round(length * scale));
  return [side(width), side(height)];
}
