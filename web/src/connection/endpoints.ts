/** The daemon's addresses, derived from the page's own. */

import type { Welcome } from '../protocol/server';
import { RUNGS, type Rung } from './ladder';

export interface Endpoints {
  /** WebSocket address of the signaling, session and token included. */
  signaling: string;
  /** Absolute address of a route such as `api/health`. */
  route(path: string): string;
  /** Id of the session. */
  session: string;
  /** Address of the page that checks the connection. */
  diagnose: string;
  /** Headers that authorise a request. */
  headers: Record<string, string>;
  /** Whether the page is embedded in another and shows the picture alone. */
  embed: boolean;
  /** What the address asks to see, camera included. */
  query: URLSearchParams;
  /** By which way the picture must come, where the address says it. */
  via: Rung | null;
}

/** Reads `session`, `token`, `role`, `embed` and `via` from the page's address. */
export function endpoints(page: string): Endpoints {
  const here = new URL(page);
  const session = here.searchParams.get('session');
  // What follows `#` is sent to nobody.
  const token = here.searchParams.get('token') ?? new URLSearchParams(here.hash.slice(1)).get('token');

  const signaling = new URL('ws/signaling', here);
  signaling.protocol = here.protocol === 'https:' ? 'wss:' : 'ws:';
  if (session) signaling.searchParams.set('session', session);
  if (token) signaling.searchParams.set('token', token);
  // Nobody gets more than the server gives, so that only less is worth asking for.
  if (here.searchParams.get('role') === 'view') signaling.searchParams.set('role', 'view');

  const diagnose = new URL('diagnose', here);
  diagnose.search = here.search;

  return {
    session: session || 'default',
    signaling: signaling.href,
    diagnose: diagnose.href,
    route(path) {
      const url = new URL(path, here);
      if (session) url.searchParams.set('session', session);
      return url.href;
    },
    headers: token ? { authorization: `Bearer ${token}` } : {},
    embed: here.searchParams.has('embed'),
    query: here.searchParams,
    via: RUNGS.find((rung) => rung === here.searchParams.get('via')) ?? null,
  };
}

/** Where the viewer's media socket is: beside the signaling socket, which told the ticket. */
export function mediaAddress(signaling: string, { session, media }: Welcome): string {
  const url = new URL(`..${media?.path ?? ''}`, signaling);
  const token = new URL(signaling).searchParams.get('token');
  url.searchParams.set('session', session);
  url.searchParams.set('ticket', media?.ticket ?? '');
  if (token) url.searchParams.set('token', token);
  return url.href;
}

export type Move = { kind: 'signaling' | 'page'; url: string } | null;

/** Where a `moved` message leads: another socket, another page, or nowhere when the address is unfit. */
export function moveTarget(url: string, page: string): Move {
  let target: URL;
  try {
    target = new URL(url, page);
  } catch {
    return null;
  }
  const here = new URL(page);
  const samePage = target.origin === here.origin && target.pathname === here.pathname;
  // By the same address: whoever stands in front of the daemons knows the new one.
  if (samePage && target.searchParams.get('session') === here.searchParams.get('session')) {
    return { kind: 'signaling', url: endpoints(page).signaling };
  }
  if (target.protocol === 'ws:' || target.protocol === 'wss:') return { kind: 'signaling', url: target.href };
  if (target.protocol === 'http:' || target.protocol === 'https:') return { kind: 'page', url: target.href };
  return null;
}
