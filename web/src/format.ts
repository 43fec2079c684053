/** Numbers as the page writes them. */

/** Simulated time in s: `12.34`, `3:05.20`, `1:02:03`. */
export function clock(seconds: number): string {
  const s = Math.max(0, seconds);
  if (s >= 3600) {
    const whole = Math.floor(s);
    return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  }
  const hundredths = Math.floor(s * 100 + 1e-6);
  const rest = `${pad(Math.floor(hundredths / 100) % 60)}.${pad(hundredths % 100)}`;
  return `${Math.floor(hundredths / 6000)}:${rest}`;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}

/** A speed factor: `1×`, `¼×`, `1.5×`; `max` for as fast as can be. */
export function factor(value: number): string {
  if (value === Infinity) return 'max';
  const fractions: Record<string, string> = { 0.125: '⅛', 0.25: '¼', 0.5: '½' };
  return `${fractions[String(value)] ?? String(Number(value.toPrecision(3)))}×`;
}

/** Milliseconds with one decimal below 10. */
export function millis(ms: number): string {
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

export function bitrate(bps: number): string {
  return bps >= 999_500 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`;
}

export function percent(share: number): string {
  return share === 0 ? '0 %' : `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
}
