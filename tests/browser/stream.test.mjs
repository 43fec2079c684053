/** The page connects by itself and shows what the renderer draws. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIZE, daemonAndBrowser } from './lib/fixture.mjs';
import { contrast, keep, psnr } from './lib/picture.mjs';
import { renderOf } from './lib/render.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until, untilSettled } from './lib/wait.mjs';

/** At least this like the renderer's own picture, and less like one from elsewhere. */
const SAME_DB = 25;
const CAMERA = { azimuth: 130, elevation: -25, distance: 3.5, lookat: [0, 0, 0.5] };
const STEPS = 200;

const shared = daemonAndBrowser('stream', { scene: 'four_geoms' });

test('the page connects by itself and decodes frames, without a complaint', async () => {
  const viewer = await Viewer.open(shared.browser, shared.daemon, { width: 800, height: 400 });
  try {
    await viewer.untilLive();
    await viewer.untilMoreFrames(30);
    const { video, connection } = await viewer.look();
    assert.equal(connection, 'connected');
    assert.ok(Math.abs(video.width / video.height - 2) < 0.03, `a box of 2:1 shows ${video.width}×${video.height}`);
    assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
    assert.deepEqual(viewer.complaints, []);
  } finally {
    await viewer.screenshot('stream-page');
    await viewer.close();
  }
});

test('the stream follows the shape of the window', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.page.setViewportSize({ width: 400, height: 800 });
    await until('a tall picture', async () => {
      const { video } = await viewer.look();
      return Math.abs(video.width / video.height - 0.5) < 0.03;
    });
    await viewer.untilMoreFrames(10);
  }));

test('a decoded frame is what `mjcast render` draws of that moment from that camera', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.stopAndStep(STEPS);
    await viewer.setCamera(CAMERA);
    const shown = await viewer.stillPicture();
    const [drawn, elsewhere] = await Promise.all([render(CAMERA), render({ ...CAMERA, azimuth: CAMERA.azimuth + 60 })]);

    const [like, unlike] = [psnr(shown, drawn), psnr(shown, elsewhere)];
    console.log(`PSNR ${like.toFixed(1)} dB to the same camera, ${unlike.toFixed(1)} dB to another`);
    if (like < SAME_DB) Object.entries({ shown, drawn }).forEach(([name, picture]) => keep(`stream-${name}`, picture));
    assert.ok(like >= SAME_DB, `${like} dB to the renderer's own picture; both are in tests/out/`);
    assert.ok(unlike < SAME_DB, `${unlike} dB to a picture from elsewhere: the comparison proves nothing`);
  }));

test('a decoded frame is of that moment, not of another', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.setCamera(CAMERA);
    await viewer.stopAndStep(STEPS);
    const shown = await viewer.stillPicture();
    const [now, start] = await Promise.all([render(CAMERA), render(CAMERA, 0)]);
    assert.ok(psnr(shown, now) > psnr(shown, start) + 3, 'the picture is as much like the first moment as like its own');
  }));

test('a still scene costs no frames, and moves again when it plays', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.stopAndStep(0);
    const sent = async () => (await shared.daemon.stats()).frames_sent;
    await untilSettled('the count of frames sent', sent, (a, b) => a === b, { quiet_ms: 1500 });
    await viewer.command('play');
    await viewer.untilMoreFrames(10);
  }));

test('nothing is drawn when nobody watches', async () => {
  const stats = () => shared.daemon.stats();
  await until('everybody has left', async () => (await stats()).clients_connected === 0);
  await untilSettled('the count of frames sent', async () => (await stats()).frames_sent, (a, b) => a === b, { quiet_ms: 1000 });
});

test('who joins a running stream sees it soon', () =>
  shared.withViewers(1, async () => {
    const late = await Viewer.open(shared.browser, shared.daemon, SIZE);
    try {
      await late.untilLive({ every_ms: 10 });
      const took_ms = performance.now() - late.openedAt;
      console.log(`page to first frame: ${took_ms.toFixed(0)} ms`);
      assert.ok(took_ms <= 3000, `${took_ms} ms`);
    } finally {
      await late.close();
    }
  }));

/** The renderer's own picture, by the command line. */
const render = (camera, steps = STEPS) => renderOf({ scene: 'four_geoms', camera, steps });
