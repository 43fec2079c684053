/** Orientations as angles, and back. */

import { describe, expect, it } from 'vitest';
import { anglesOf, quaternionOf, type Angles } from '../src/dock/rotation';

const degrees = (...angles: number[]) => angles.map((angle) => (angle * Math.PI) / 180) as Angles;

function close(a: readonly number[], b: readonly number[]): void {
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 9));
}

describe('orientations', () => {
  it('are what MuJoCo makes of euler="x y z"', () => {
    const half = Math.SQRT1_2;
    close(quaternionOf(degrees(90, 0, 0)), [half, half, 0, 0]);
    close(quaternionOf(degrees(0, 90, 0)), [half, 0, half, 0]);
    // About x, then about the new y, then about the new z.
    close(quaternionOf(degrees(90, 90, 0)), [0.5, 0.5, 0.5, 0.5]);
    close(quaternionOf(degrees(0, 90, 90)), [0.5, 0.5, 0.5, 0.5]);
    close(quaternionOf(degrees(30, -50, 110)), reference(degrees(30, -50, 110)));
  });

  it('come back as the angles that they were', () => {
    for (const angles of [degrees(0, 0, 0), degrees(30, -50, 110), degrees(-170, 80, -3), degrees(5, 89.99, 7)]) {
      close(anglesOf(quaternionOf(angles)), angles);
    }
  });

  it('are the same turn where two axes have become one, or the length is another', () => {
    for (const angles of [degrees(20, 90, 30), degrees(-40, -90, 10)]) {
      const [before, after] = [quaternionOf(angles), quaternionOf(anglesOf(quaternionOf(angles)))];
      expect(Math.abs(before.reduce((sum, v, i) => sum + v * after[i]!, 0))).toBeCloseTo(1, 9);
    }
    close(anglesOf([2, 0, 0, 2]), degrees(0, 0, 90));
    close(anglesOf([0, 0, 0, 0]), [0, 0, 0]);
  });
});

/** The product of three turns, one after the other. */
function reference([a, b, c]: Angles): number[] {
  const about = (axis: number, angle: number) => [Math.cos(angle / 2), ...[0, 1, 2].map((i) => (i === axis ? Math.sin(angle / 2) : 0))];
  return times(times(about(0, a), about(1, b)), about(2, c));
}

function times([a = 0, b = 0, c = 0, d = 0]: number[], [e = 0, f = 0, g = 0, h = 0]: number[]): number[] {
  return [a * e - b * f - c * g - d * h, a * f + b * e + c * h - d * g, a * g - b * h + c * e + d * f, a * h + b * g - c * f + d * e];
}
