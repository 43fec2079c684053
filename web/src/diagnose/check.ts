/** Tries all legs, one after another: what one of them loads would show in the figures of the next. */

import { batch, signal } from '@preact/signals';
import { Api } from '../connection/api';
import { endpoints } from '../connection/endpoints';
import { decoders, verdict } from './decoding';
import { Guest, type Measured, type Path } from './guest';
import { waiting, type LegId, type Outcome } from './legs';

const at = endpoints(window.location.href);

export const outcomes = signal(waiting());
export const version = signal<string | null>(null);
/** Where streams are offered. */
export const port = signal<number | null>(null);

let running = false;

export async function check(): Promise<void> {
  if (running) return;
  running = true;
  outcomes.value = waiting();
  try {
    await Promise.all([legs(), leg('decoding', async () => verdict(await decoders(), window.isSecureContext))]);
  } finally {
    running = false;
  }
}

async function legs(): Promise<void> {
  await leg('http', http);
  let guest: Guest | null = null;
  await leg('signaling', async () => {
    const from = performance.now();
    guest = await Guest.open(at);
    const ms = performance.now() - from;
    return { kind: 'passed', ms, trip_ms: await guest.trip(), detail: 'it opens, and the server answers on it' };
  });
  // Where it is assigned is out of sight.
  const found = guest as Guest | null;
  if (!found) return none('without signaling there is no stream to try', ['udp', 'tcp', 'turn', 'media']);
  try {
    if ('RTCPeerConnection' in window) {
      await leg('udp', () => path(found, 'udp'));
      await leg('tcp', () => path(found, 'tcp'));
      if (found.welcome.ice_servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)))) {
        await leg('turn', () => path(found, 'relay'));
      } else none('none is configured (webrtc.ice_servers): it is needed only where nothing comes in', ['turn']);
    } else none('this browser has no WebRTC', ['udp', 'tcp', 'turn']);
    await leg('media', async () => ({ kind: 'passed', ...(await found.media()), detail: 'pictures arrive' }));
  } finally {
    found.leave();
  }
}

async function http(): Promise<Outcome> {
  const from = performance.now();
  const answer = await new Api(at).health();
  const ms = performance.now() - from;
  if (!answer.ok) return { kind: 'failed', detail: answer.problem.detail };
  version.value = answer.value.version ?? null;
  const reasons = answer.value.reasons.join('; ');
  return { kind: 'passed', ms, detail: reasons ? `the server is ${answer.value.status}: ${reasons}` : `the server is ${answer.value.status}` };
}

async function path(guest: Guest, way: Path): Promise<Outcome> {
  const offered = () => [...(way === 'relay' ? [] : guest.offered[way])].join(', ');
  let measured: Measured;
  try {
    measured = await guest.connect(way);
  } catch (error) {
    const where = offered();
    if (!where && way === 'tcp') return { kind: 'failed', detail: `${why(error)}; the server offers no address over TCP` };
    return { kind: 'failed', detail: where ? `${why(error)} (tried ${where})` : why(error) };
  } finally {
    const number = Number(offered().split(', ')[0]?.split(':').at(-1));
    if (number > 0) port.value = number;
  }
  const { ms, trip_ms, from } = measured;
  return { kind: 'passed', ms, trip_ms, detail: from ? `connected to ${from}` : 'connected' };
}

async function leg(id: LegId, run: () => Promise<Outcome>): Promise<void> {
  tell(id, { kind: 'running' });
  tell(id, await run().catch((error: unknown) => ({ kind: 'failed' as const, detail: why(error) })));
}

function none(detail: string, ids: LegId[]): void {
  batch(() => ids.forEach((id) => tell(id, { kind: 'skipped', detail })));
}

function tell(id: LegId, outcome: Outcome): void {
  outcomes.value = { ...outcomes.value, [id]: outcome };
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
