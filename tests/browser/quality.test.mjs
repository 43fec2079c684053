/** Each viewer chooses how their own stream is drawn. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { keep, psnr } from './lib/picture.mjs';
import { renderOf } from './lib/render.mjs';
import { until } from './lib/wait.mjs';

const CAMERA = { azimuth: 120, elevation: -40, distance: 5, lookat: [0, 0, 0.3] };
/** Nearer by this to one picture than to the other: shadows are in one of them alone. */
const APART_DB = 6;

const shared = daemonAndBrowser('quality', { scene: 'shadows' });

test('set_quality changes the stream of who asks, there and back, and of nobody else', () =>
  shared.withViewers(2, async (one, other) => {
    const drawn = async (profile) => renderOf({ scene: 'shadows', camera: CAMERA, profile });
    const [parity, fast] = [await drawn('parity'), await drawn('fast')];
    assert.ok(psnr(parity, fast) < 25, 'both profiles draw the same: the comparison proves nothing');
    const shows = async (viewer, wanted, unwanted, what) => {
      let shown;
      try {
        await until(what, async () => {
          shown = await viewer.picture();
          return psnr(shown, wanted) > psnr(shown, unwanted) + APART_DB;
        });
      } catch (error) {
        keep('quality-shown', shown);
        throw error;
      }
    };
    await Promise.all([one.setCamera(CAMERA), other.setCamera(CAMERA)]);
    await shows(one, fast, parity, 'no shadows to begin with');
    await one.command('set_quality', { profile: 'parity' });
    await shows(one, parity, fast, 'shadows for who asked');
    await shows(other, fast, parity, 'no shadows for the other');
    await one.command('set_quality', { profile: 'auto' });
    await shows(one, fast, parity, 'no shadows again');
  }));
