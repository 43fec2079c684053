/** Links to what a viewer sees: a session, a camera, a role. Pure. */

import type { Camera } from '../protocol/server';

export type View =
  | { kind: 'fixed'; name: string }
  | { kind: 'track'; name: string; azimuth: number; elevation: number; distance: number }
  | { kind: 'free'; azimuth: number; elevation: number; distance: number; lookat: readonly number[] };

export interface Shared {
  session: string;
  /** Through which camera; `null` for the one that a session starts with. */
  view: View | null;
  /** Whether whoever opens it may only look. */
  viewOnly: boolean;
  /** Whether it shows the picture alone. */
  embed: boolean;
}

/** What the state tells of a viewer's camera, as a view; `null` where a link cannot say it. */
export function viewOf({ name, azimuth, elevation, distance, lookat }: Camera): View | null {
  if (azimuth === undefined || elevation === undefined || distance === undefined) return name ? { kind: 'fixed', name } : null;
  if (name && name !== 'free') return { kind: 'track', name, azimuth, elevation, distance };
  return lookat ? { kind: 'free', azimuth, elevation, distance, lookat } : null;
}

/** The link, from the page's own address: what else that says (a token, a way for the picture) stays. */
export function address(page: string, { session, view, viewOnly, embed }: Shared): string {
  const url = new URL(page);
  url.hash = '';
  const { searchParams: query } = url;
  for (const name of ['camera', 'track', 'role', 'embed']) query.delete(name);
  if (session === 'default') query.delete('session');
  else query.set('session', session);
  if (view?.kind === 'fixed') query.set('camera', view.name);
  else if (view) query.set('camera', pose(view));
  if (view?.kind === 'track') query.set('track', view.name);
  if (viewOnly) query.set('role', 'view');
  if (embed) query.set('embed', '');
  // Commas and an empty value are easier to read, and as valid, without their signs.
  url.search = query.toString().replaceAll('%2C', ',').replace(/\bembed=(?=&|$)/, 'embed');
  return url.href;
}

/** The camera that an address asks for. */
export function viewIn(query: URLSearchParams): View | null {
  const camera = query.get('camera');
  const track = query.get('track');
  const numbers = camera === null || camera.trim() === '' ? [] : camera.split(',').map(Number);
  const [azimuth, elevation, distance, ...lookat] = numbers;
  const isPose = numbers.every(Number.isFinite) && distance !== undefined && distance > 0;
  if (isPose && track) return { kind: 'track', name: track, azimuth: azimuth!, elevation: elevation!, distance };
  if (isPose && lookat.length === 3) return { kind: 'free', azimuth: azimuth!, elevation: elevation!, distance, lookat };
  return camera ? { kind: 'fixed', name: camera } : null;
}

function pose(view: Exclude<View, { kind: 'fixed' }>): string {
  const angles = [view.azimuth, view.elevation].map((angle) => short(angle, 2));
  const lookat = view.kind === 'free' ? view.lookat : [];
  return [...angles, ...[view.distance, ...lookat].map((length) => short(length, 4))].join(',');
}

function short(value: number, digits: number): string {
  const rounded = Number(value.toFixed(digits));
  return String(rounded === 0 ? 0 : rounded);
}
