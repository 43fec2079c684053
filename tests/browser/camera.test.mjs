/** Each viewer's own camera, steered by the mouse, the keys and commands. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { psnr } from './lib/picture.mjs';
import { sameCamera, turn } from './lib/viewer.mjs';

/** A different view of the scene is less like the first than this. */
const CHANGED_DB = 25;
const UNCHANGED_DB = 40;
const START = { azimuth: 90, elevation: -30, distance: 3.5, lookat: [0, 0, 0.5] };

const shared = daemonAndBrowser('camera', { scene: 'four_geoms' });

/** A still scene in a known view: what changes then is the camera's doing. */
async function still(...viewers) {
  await viewers[0].stopAndStep(100);
  for (const viewer of viewers) await viewer.setCamera(START);
  return Promise.all(viewers.map((viewer) => viewer.stillPicture()));
}

test('a left drag orbits by half a turn per height and changes the picture', () =>
  shared.withViewers(1, async (viewer) => {
    const [before] = await still(viewer);
    const [dx, dy] = [120, 40];
    const { height } = await viewer.drag(dx, dy);
    const wanted = { azimuth: START.azimuth - (180 * dx) / height, elevation: START.elevation - (180 * dy) / height };
    await viewer.untilState(`${JSON.stringify(wanted)}`, ({ camera }) => sameCameraWithin(camera, wanted, 0.5));
    const likeness = psnr(before, await viewer.stillPicture());
    assert.ok(likeness < CHANGED_DB, `the picture hardly changed: ${likeness} dB`);
  }));

test('a right drag pans, and a wheel notch zooms by about a tenth', () =>
  shared.withViewers(1, async (viewer) => {
    await still(viewer);
    await viewer.drag(60, 0, { button: 'right' });
    const { camera: panned } = await viewer.untilState('another lookat', ({ camera }) => distance(camera.lookat, START.lookat) > 0.05);
    assert.ok(sameCameraWithin(panned, { azimuth: START.azimuth, elevation: START.elevation }, 1e-3), 'a pan turned the camera');
    await viewer.page.mouse.wheel(0, 100);
    const { camera } = await viewer.untilState('another distance', ({ camera: c }) => c.distance !== panned.distance);
    const ratio = camera.distance / panned.distance;
    assert.ok(ratio > 1.04 && ratio < 1.2, `one notch out: ×${ratio}`);
  }));

test('arrow keys turn by five degrees', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.command('play');
    await viewer.setCamera(START);
    await viewer.page.locator('#stage').focus();
    await viewer.page.keyboard.press('ArrowLeft');
    await viewer.untilState('5° to a side', ({ camera }) => Math.abs(Math.abs(turn(START.azimuth, camera.azimuth)) - 5) < 0.01);
  }));

test('camera presets keep lookat and distance', () =>
  shared.withViewers(1, async (viewer) => {
    const kept = { distance: START.distance, lookat: START.lookat };
    const presets = { front: { azimuth: 0, elevation: 0 }, side: { azimuth: 90 }, top: { elevation: -90 } };
    await viewer.setCamera(START);
    for (const [preset, wanted] of Object.entries(presets)) {
      await viewer.command('set_camera_preset', { preset });
      await viewer.untilState(preset, ({ camera }) => sameCamera(camera, { ...wanted, ...kept }));
    }
  }));

test('two viewers have cameras of their own', () =>
  shared.withViewers(2, async (moving, resting) => {
    const [movingBefore, restingBefore] = await still(moving, resting);
    assert.ok(psnr(movingBefore, restingBefore) >= 30, 'the same camera shows both the same');

    await moving.drag(150, 0);
    await moving.untilState('a turned camera', ({ camera }) => Math.abs(turn(START.azimuth, camera.azimuth)) > 40);
    const movingAfter = await moving.stillPicture();
    const restingAfter = await resting.stillPicture();
    assert.ok(psnr(movingBefore, movingAfter) < CHANGED_DB, 'the drag did not change its own picture');
    const likeness = psnr(restingBefore, restingAfter);
    assert.ok(likeness >= UNCHANGED_DB, `the drag changed the other's picture: ${likeness} dB`);
    assert.ok(sameCamera((await resting.state()).camera, START), 'the drag turned the other camera');
  }));

test('viewers who come to look the same way share a view', () =>
  shared.withViewers(2, async (a, b) => {
    await still(a, b);
    await a.setCamera({ ...START, azimuth: 10 });
    await b.setCamera({ ...START, azimuth: 10 });
    const [left, right] = await Promise.all([a.stillPicture(), b.stillPicture()]);
    assert.ok(psnr(left, right) >= 30, 'the pictures differ');
  }));

function sameCameraWithin(camera, wanted, tolerance) {
  return Object.entries(wanted).every(([name, value]) => Math.abs(turn(value, camera?.[name])) <= tolerance);
}

function distance(a, b) {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}
