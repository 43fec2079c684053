/** The measure itself: a comparison that cannot fail would prove nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, psnr } from './lib/picture.mjs';

function picture(width, height, colour) {
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i += 1) data.set([...colour(i % width, Math.floor(i / width)), 255], i * 4);
  return { width, height, data };
}

test('equal pictures have no noise', () => {
  const a = picture(8, 4, (x, y) => [x * 30, y * 60, 7]);
  assert.equal(psnr(a, a), Infinity);
});

test('noise of a known size gives the ratio by its definition', () => {
  const a = picture(8, 4, () => [100, 100, 100]);
  const b = picture(8, 4, () => [110, 110, 110]);
  assert.ok(Math.abs(psnr(a, b) - 20 * Math.log10(255 / 10)) < 1e-9);
});

test('transparency does not count', () => {
  const a = picture(2, 2, () => [1, 2, 3]);
  const b = picture(2, 2, () => [1, 2, 3]);
  b.data[3] = 0;
  assert.equal(psnr(a, b), Infinity);
});

test('pictures of other sizes are not compared', () => {
  assert.throws(() => psnr(picture(2, 2, () => [0, 0, 0]), picture(4, 2, () => [0, 0, 0])), /2×2 and 4×2/);
});

test('contrast tells a picture from a blank', () => {
  assert.equal(contrast(picture(4, 4, () => [90, 90, 90])), 0);
  assert.equal(contrast(picture(2, 1, (x) => (x ? [255, 255, 255] : [0, 0, 0]))), 127.5);
});
