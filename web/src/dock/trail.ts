/** The last values of some lines against simulated time. Pure. */

export class Trail {
  readonly #most: number;
  #times: number[] = [];
  readonly #lines: (number | null)[][];

  constructor(lines: number, most: number) {
    this.#most = most;
    this.#lines = Array.from({ length: lines }, () => []);
  }

  /** Takes values at a time; time that went back (a reset, a seek) begins anew. Says whether anything changed. */
  push(time: number, values: readonly (number | undefined)[]): boolean {
    const last = this.#times.at(-1);
    if (last === time) return false;
    if (last !== undefined && time < last) {
      this.#times = [];
      this.#lines.forEach((line) => (line.length = 0));
    }
    this.#times.push(time);
    this.#lines.forEach((line, at) => {
      const value = values[at];
      line.push(value !== undefined && Number.isFinite(value) ? value : null);
    });
    if (this.#times.length > this.#most) {
      this.#times.shift();
      this.#lines.forEach((line) => line.shift());
    }
    return true;
  }

  /** Times, then the values of each line. */
  columns(): (readonly (number | null)[])[] {
    return [this.#times, ...this.#lines];
  }
}
