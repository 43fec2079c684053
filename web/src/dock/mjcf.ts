/** A free camera as an element of MJCF. Pure. */

export interface FreeCamera {
  /** Degrees about z; 0 looks along +x. */
  azimuth: number;
  /** Degrees above the horizon. */
  elevation: number;
  /** From the eye to what is looked at, m. */
  distance: number;
  lookat: readonly number[];
  /** Vertical field of view, degrees. */
  fovy?: number | undefined;
}

/** `<camera name="…" pos="…" xyaxes="…"/>`, as `simulate` copies it. */
export function cameraElement(camera: FreeCamera, name = 'view'): string {
  const [az, el] = [camera.azimuth, camera.elevation].map((angle) => (angle * Math.PI) / 180) as [number, number];
  const [ca, sa, ce, se] = [Math.cos(az), Math.sin(az), Math.cos(el), Math.sin(el)];
  const forward = [ce * ca, ce * sa, se];
  const right = [sa, -ca, 0];
  const up = [-se * ca, -se * sa, ce];
  const eye = forward.map((f, axis) => (camera.lookat[axis] ?? 0) - camera.distance * f);
  const fovy = camera.fovy === undefined || camera.fovy === 45 ? '' : ` fovy="${digits(camera.fovy)}"`;
  return `<camera name="${name}" pos="${eye.map(digits).join(' ')}" xyaxes="${[...right, ...up].map(digits).join(' ')}"${fovy}/>`;
}

function digits(value: number): string {
  const short = Number(value.toFixed(4));
  return String(short === 0 ? 0 : short);
}
