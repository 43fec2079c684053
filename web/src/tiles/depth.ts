/** Depth in metres from the daemon's 16-bit pictures. Browsers would keep 8 of the bits. */

/** Nothing, or too far to be told. */
export const NOTHING = 65_535;

export interface Depths {
  width: number;
  height: number;
  /** Steps along the line of sight, row by row. */
  steps: Uint16Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const BYTES = 2;
/** A picture that says to be larger is none of ours. */
const MOST_PIXELS = 1 << 22;

/** Reads a 16-bit grey PNG without interlacing; throws for anything else. */
export async function readDepths(file: ArrayBuffer): Promise<Depths> {
  const bytes = new Uint8Array(file);
  const view = new DataView(file);
  if (SIGNATURE.some((byte, at) => bytes[at] !== byte)) throw new Error('no PNG');
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [width, height] = [0, 0];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.slice(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      if (data[8] !== 16 || data[9] !== 0 || data[12] !== 0) throw new Error('no 16-bit grey');
      if (width * height === 0 || width * height > MOST_PIXELS) throw new Error('no size');
    } else if (type === 'IDAT') parts.push(data);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  const inflated = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
  return { width, height, steps: unfiltered(new Uint8Array(await new Response(inflated).arrayBuffer()), width, height) };
}

/** Undoes what PNG does to rows before it packs them. */
export function unfiltered(rows: Uint8Array, width: number, height: number): Uint16Array {
  const stride = width * BYTES;
  if (rows.length < height * (stride + 1)) throw new Error('too short');
  const steps = new Uint16Array(width * height);
  let above = new Uint8Array(stride);
  let row = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const from = y * (stride + 1);
    const filter = rows[from]!;
    for (let x = 0; x < stride; x += 1) {
      const left = x < BYTES ? 0 : row[x - BYTES]!;
      const corner = x < BYTES ? 0 : above[x - BYTES]!;
      row[x] = rows[from + 1 + x]! + predicted(filter, left, above[x]!, corner);
    }
    for (let x = 0; x < width; x += 1) steps[y * width + x] = (row[2 * x]! << 8) | row[2 * x + 1]!;
    [above, row] = [row, above];
  }
  return steps;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      return 0;
  }
}

/** From the nearest thing to where all but the farthest hundredth is; `null` where there is nothing. */
export function reach({ steps }: Depths): [near: number, far: number] | null {
  const seen = steps.filter((step) => step < NOTHING).sort();
  if (seen.length === 0) return null;
  const near = seen[0]!;
  return [near, Math.max(near + 1, seen[Math.floor((seen.length - 1) * 0.99)]!)];
}

/** Colours from near to far, told apart by light as well. */
export const RAMP: readonly (readonly [number, number, number])[] = [
  [255, 243, 176], [252, 194, 84], [240, 130, 60], [202, 72, 86], [138, 48, 116], [74, 40, 120], [28, 28, 84],
];

/** Colours of all depths between `near` and `far`; what is nothing is black. */
export function coloured({ steps }: Depths, [near, far]: readonly [number, number]): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(steps.length * 4);
  for (let i = 0; i < steps.length; i += 1) {
    const step = steps[i]!;
    out[4 * i + 3] = 255;
    if (step >= NOTHING) continue;
    const place = Math.min(1, Math.max(0, (step - near) / (far - near))) * (RAMP.length - 1);
    const at = Math.min(RAMP.length - 2, Math.floor(place));
    const [from, to] = [RAMP[at]!, RAMP[at + 1]!];
    for (let c = 0; c < 3; c += 1) out[4 * i + c] = from[c]! + (place - at) * (to[c]! - from[c]!);
  }
  return out;
}
