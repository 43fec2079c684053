/** Waiting: for a condition with a deadline, never for a time alone. */

import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks `probe` until it gives something truthy, and gives that back.
 *
 * A probe that throws counts as "not yet"; what it said last is part of the failure.
 */
export async function until(what, probe, { within_ms = 15_000, every_ms = 50 } = {}) {
  const deadline = performance.now() + within_ms;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) throw new Error(`${what}: not within ${within_ms} ms; last: ${describe(last)}`);
    await pause(every_ms);
  }
}

/**
 * Waits until `read` has given the same value, by `same`, for `quiet_ms` on end, and gives that value back.
 */
export async function untilSettled(what, read, same, { quiet_ms = 700, within_ms = 20_000, every_ms = 100 } = {}) {
  let value;
  let since = -Infinity;
  await until(
    `${what} settles`,
    async () => {
      const next = await read();
      const now = performance.now();
      if (value === undefined || !same(value, next)) {
        value = next;
        since = now;
      }
      return now - since >= quiet_ms;
    },
    { within_ms, every_ms },
  );
  return value;
}

function describe(value) {
  if (value instanceof Error) return value.message;
  const text = JSON.stringify(value);
  return text && text.length > 500 ? `${text.slice(0, 500)} …` : text;
}
