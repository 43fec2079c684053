const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * Delay before retry number `attempt` (0 is the first), ms: doubles from 250 ms to 5 s, then spread by
 * ±25 % so that many pages do not return to a restarted daemon at the same instant.
 * `random` is uniform in [0, 1).
 */
export function retryDelay(attempt: number, random: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + 0.5 * random));
}
