/** Pictures by the command line, to compare streams with. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run, scenePath } from './daemon.mjs';
import { SIZE } from './fixture.mjs';
import { outputFolder } from './paths.mjs';
import { readPng } from './picture.mjs';

let pictures = 0;

/** A scene of `scenes/` after so many steps, as a free camera sees it, in the size of the viewers' windows. */
export async function renderOf({ scene, camera, steps = 0, profile = 'fast' }) {
  pictures += 1;
  const out = join(outputFolder(), `render-${scene}-${process.pid}-${pictures}.png`);
  const { azimuth, elevation, distance, lookat } = camera;
  const view = `azimuth=${azimuth},elevation=${elevation},distance=${distance},lookat=${lookat.join(',')}`;
  const result = await run([
    'render', scenePath(scene), '--steps', String(steps), '--camera', view,
    '--size', `${SIZE.width}x${SIZE.height}`, '--profile', profile, '--out', out,
  ]);
  assert.equal(result.code, 0, result.stderr);
  return readPng(out);
}
