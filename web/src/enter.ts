/** Signing in: a token becomes a cookie that no script can read, and leaves the address. */

import type { Endpoints } from './connection/endpoints';

/** Tries a token; `null` when it counts, otherwise why not. */
export async function signIn(at: Endpoints, token: string): Promise<string | null> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(at.route('api/login'), { method: 'POST', headers, body: JSON.stringify({ token }) });
    if (response.ok) return null;
    if (response.status !== 429) return 'That token does not count.';
    return `Too many wrong tokens came from here. Wait ${response.headers.get('retry-after') ?? 'some'} seconds.`;
  } catch {
    return 'The daemon does not answer.';
  }
}

/** Keeps the token that the page was opened with. Whoever copies the address does not copy the token. */
export async function keepToken(at: Endpoints): Promise<void> {
  const token = at.headers['authorization']?.slice('Bearer '.length);
  const here = new URL(window.location.href);
  here.searchParams.delete('token');
  const rest = new URLSearchParams(here.hash.slice(1));
  if (rest.has('token')) {
    rest.delete('token');
    here.hash = rest.toString();
  }
  window.history.replaceState(window.history.state, '', here);
  // In a frame on another's page there are no cookies: the token then lasts as long as the page.
  if (token) await signIn(at, token);
}
