/** Orientations as people write them: angles about the own axes x, y and z, one after the other, as MJCF's `euler` has them. Pure. */

export type Angles = [number, number, number];
/** `w x y z`, of length 1. */
export type Quaternion = [number, number, number, number];

/** Beyond this sine of the middle angle, the outer two turn about the same axis. */
const LOCKED = 1 - 1e-9;

/** The angles of a quaternion, rad; the middle one is within ±π/2. */
export function anglesOf(quaternion: readonly number[]): Angles {
  const [w, x, y, z] = unit(quaternion);
  const sine = 2 * (x * z + w * y);
  if (Math.abs(sine) > LOCKED) return [Math.atan2(2 * (y * z + w * x), 1 - 2 * (x * x + z * z)), (Math.sign(sine) * Math.PI) / 2, 0];
  return [
    Math.atan2(2 * (w * x - y * z), 1 - 2 * (x * x + y * y)),
    Math.asin(sine),
    Math.atan2(2 * (w * z - x * y), 1 - 2 * (y * y + z * z)),
  ];
}

/** The quaternion of angles, rad. */
export function quaternionOf([a, b, c]: Angles): Quaternion {
  const [sa, ca, sb, cb, sc, cc] = [a, b, c].flatMap((angle) => [Math.sin(angle / 2), Math.cos(angle / 2)]) as [number, number, number, number, number, number];
  return [
    ca * cb * cc - sa * sb * sc,
    sa * cb * cc + ca * sb * sc,
    ca * sb * cc - sa * cb * sc,
    ca * cb * sc + sa * sb * cc,
  ];
}

/** As the physics takes one of another length: nothing is no turn. */
function unit(quaternion: readonly number[]): Quaternion {
  const length = Math.hypot(...quaternion);
  const [w = 1, x = 0, y = 0, z = 0] = length > 1e-12 ? quaternion.map((v) => v / length) : [];
  return [w, x, y, z];
}
