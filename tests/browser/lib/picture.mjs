/** Pictures: decoding PNG, comparing, keeping. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { outputFolder } from './paths.mjs';

/** Decodes a PNG to `{ width, height, data }`, rows of RGBA bytes. */
export function decodePng(bytes) {
  const { width, height, data } = PNG.sync.read(bytes);
  return { width, height, data };
}

/** Reads a PNG file. */
export function readPng(path) {
  return decodePng(readFileSync(path));
}

/** Keeps a picture in `tests/out/` for whoever looks into a failure; gives back its path. */
export function keep(name, { width, height, data }) {
  const png = new PNG({ width, height });
  png.data = Buffer.from(data);
  const path = join(outputFolder(), `${name}.png`);
  writeFileSync(path, PNG.sync.write(png));
  return path;
}

/** Mean squared error over the colour channels; alpha does not count. */
export function meanSquaredError(a, b) {
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`pictures of ${a.width}×${a.height} and ${b.width}×${b.height} cannot be compared`);
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    for (let channel = 0; channel < 3; channel += 1) sum += (a.data[i + channel] - b.data[i + channel]) ** 2;
  }
  return sum / ((a.data.length / 4) * 3);
}

/** Peak signal-to-noise ratio, dB; infinite for equal pictures. */
export function psnr(a, b) {
  return 10 * Math.log10(255 ** 2 / meanSquaredError(a, b));
}

/** Standard deviation over the colour channels: near 0 for a picture that shows nothing. */
export function contrast({ data }) {
  let [sum, squares, count] = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = data[i + channel];
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
