/** How much worse the present way is than the best that was used, by what was measured on each. */

/** Round trips that the median is of: half a minute of them. */
const KEPT = 31;
/** Fewer say nothing. */
const ENOUGH = 3;
/** Differences below this are noise, ms. */
const NOTICEABLE_MS = 1;

/** Pure. Ways by the names that statistics give paths: `UDP`, `TCP`, `WebSocket`. */
export class Ways {
  readonly #trips = new Map<string, number[]>();

  note(way: string, trip_ms: number): void {
    const trips = this.#trips.get(way) ?? [];
    trips.push(trip_ms);
    if (trips.length > KEPT) trips.shift();
    this.#trips.set(way, trips);
  }

  /** By how much a round trip of `way` is longer than that of the best other way, ms; `null` where nobody knows or cares. */
  beyondBest(way: string): number | null {
    const own = median(this.#trips.get(way));
    const others = [...this.#trips].filter(([name]) => name !== way).map(([, trips]) => median(trips));
    const known = others.filter((ms) => ms !== null);
    if (own === null || known.length === 0) return null;
    const beyond = own - Math.min(...known);
    return beyond >= NOTICEABLE_MS ? beyond : null;
  }
}

function median(trips: readonly number[] = []): number | null {
  if (trips.length < ENOUGH) return null;
  return [...trips].sort((a, b) => a - b)[trips.length >> 1]!;
}
