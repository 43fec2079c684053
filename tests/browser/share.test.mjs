/** What can be shared of what is seen, what a link leads to, and what the page says of itself. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Daemon } from './lib/daemon.mjs';
import { daemonAndBrowser, SMALL_STREAM } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';
import { sameCamera, Viewer } from './lib/viewer.mjs';

const HOSTILE = '&lt;img src=x onerror=window.hacked=1&gt;';
const SCENE = `<mujoco model="shared"><option gravity="0 0 0"/><worldbody><light pos="0 0 3"/><geom type="plane" size="2 2 .1"/>
  <camera name="side" pos="0 -3 1" xyaxes="1 0 0 0 .3 1"/><camera name="${HOSTILE}" pos="3 0 1" xyaxes="0 1 0 -.3 0 1"/>
  <body name="arm" pos="0 0 1"><joint name="shoulder" axis="0 1 0"/><geom type="capsule" fromto="0 0 0 .4 0 0" size=".05"/></body>
  <body name="ball" pos="0 1 1"><freejoint name="free"/><geom size=".1"/></body></worldbody>
  <actuator><position name="push" joint="shoulder" kp="1"/></actuator></mujoco>`;
const SIZE = { width: 1000, height: 700 };
const shared = daemonAndBrowser('share', { scene: SCENE });

async function watching(query, body, size = SIZE) {
  const viewer = await Viewer.open(shared.browser, shared.daemon, { ...size, query });
  try {
    await viewer.untilLive();
    await viewer.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await body(viewer, viewer.page);
    assert.equal(await viewer.page.evaluate(() => window.hacked), undefined, 'a name was taken for markup');
    assert.deepEqual(viewer.complaints, []);
  } catch (error) {
    await viewer.screenshot('share-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

/** Opens the dialog and gives the link that it shows. */
async function link(page) {
  await page.locator('#share-btn').click();
  return page.locator('#share-address').inputValue();
}

const queryOf = (address) => new URL(address).search;
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test('a link leads another to the same camera, who may only look', async () => {
  const camera = { azimuth: 30, elevation: -40, distance: 2.5, lookat: [0.1, 0.2, 0.3] };
  await watching('', async (viewer, page) => {
    await viewer.setCamera(camera);
    const shown = await link(page);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await until('it is on the clipboard', async () => (await clipboard(page)) === shown);
    await watching(queryOf(shown), async (other, theirs) => {
      await other.untilState('the camera of the link', (state) => sameCamera(state.camera, camera));
      await theirs.getByText('You look on').waitFor();
      assert.ok(await theirs.locator('#reset-sim-btn').isDisabled());
    });
    await page.getByRole('radio', { name: 'Look and steer' }).click();
    assert.doesNotMatch(await page.locator('#share-address').inputValue(), /role=/);
  });
});

test('a link names a camera of the model, whatever it is called, and says when it is gone', async () => {
  await watching('', async (viewer, page) => {
    await viewer.command('use_camera', { index: 1 });
    await viewer.untilState('the second camera', ({ camera }) => camera?.name?.startsWith('<img'));
    const shown = await link(page);
    await watching(queryOf(shown), (other) => other.untilState('it, too', ({ camera }) => camera?.name?.startsWith('<img')));
  });
  await watching('?camera=nowhere', (_viewer, page) => page.getByText(/link’s camera cannot be used/).waitFor());
});

test('embedded, there is the picture alone, also in a frame', async () => {
  await watching('?embed&role=view&camera=side', async (viewer, page) => {
    await viewer.untilState('the camera', ({ camera }) => camera?.name === 'side');
    assert.equal(await page.locator('button:visible, nav, header').count(), 0);
  });
  const page = await shared.browser.newPage();
  // The daemon's own pages frame nothing: this is one beside them, as a reverse proxy would put it.
  const host = `${shared.daemon.pageOrigin}/host.html`;
  await page.route(host, (route) => route.fulfill({ contentType: 'text/html', body: '<iframe src="./?embed" width="400" height="300"></iframe>' }));
  await page.goto(host);
  const frame = await until('the frame is there', () => page.frames().find((one) => one.url().includes('embed')));
  await until('it is live', () => frame.evaluate(() => window.__mjcast?.phase === 'live'), { within_ms: 20_000 });
  await page.close();
});

test('a page of another origin may frame it where the operator allows that, and only there', async () => {
  let shows = '';
  const host = createServer((_, response) => response.setHeader('content-type', 'text/html').end(shows)).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const origin = `http://127.0.0.1:${host.address().port}`;
  const allowing = await Daemon.start({ name: 'share-framed', env: { ...SMALL_STREAM, MJCAST_SERVER__FRAME_ANCESTORS: origin } });
  const page = await shared.browser.newPage();
  const framed = async (daemon) => {
    shows = `<iframe src="${daemon.origin}/?embed" width="400" height="300"></iframe>`;
    await page.goto(origin);
    return page.frames()[1];
  };
  try {
    const frame = await framed(allowing);
    await until('it is live', () => frame.evaluate(() => window.__mjcast?.phase === 'live'), { within_ms: 20_000 });
    const refused = await framed(shared.daemon);
    await until('the browser refuses', () => refused.url().startsWith('chrome-error:'));
  } finally {
    await page.close();
    host.close();
    await allowing.stop();
  }
});

test('the state is copied as a keyframe that MuJoCo takes', async () => {
  await watching('', async (viewer, page) => {
    await viewer.stopAndStep(40);
    await page.locator('#share-btn').click();
    await page.getByRole('button', { name: /Copy the state/ }).click();
    const key = await until('it is on the clipboard', async () => /^<key .*\/>$/.exec(await clipboard(page))?.[0]);
    assert.equal(/qpos="([^"]*)"/.exec(key)[1].split(' ').length, 8);
    assert.equal(/qvel="([^"]*)"/.exec(key)[1].split(' ').length, 7);
    const { status } = await shared.daemon.post('/api/sessions/default/scene/validate', { xml: SCENE.replace('</mujoco>', `<keyframe>${key}</keyframe></mujoco>`) });
    assert.equal(status, 200);
    await viewer.command('start');
  });
});

test('what is seen is recorded until it is stopped, and downloaded', async () => {
  await watching('', async (viewer, page) => {
    await page.locator('#share-btn').click();
    await page.getByRole('button', { name: /Record my view/ }).click();
    await page.locator('#capture').waitFor();
    await viewer.untilMoreFrames(30);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Stop and save' }).click()]);
    assert.match(file.suggestedFilename(), /^mjcast-.*\.(mp4|webm)$/);
    assert.ok(readFileSync(await file.path()).length > 2_000);
    await page.locator('#capture').waitFor({ state: 'detached' });
  });
});

test('a banner says why it is slow, and once dismissed it stays away', async () => {
  await watching('', async (_viewer, page) => {
    const banner = page.locator('.banner-slow');
    await banner.waitFor();
    assert.equal(await page.locator('[role=status][aria-live=polite] .banner-slow').count(), 1);
    await banner.getByRole('button', { name: /^Dismiss/ }).click();
    await banner.waitFor({ state: 'detached' });
    await page.reload();
    await until('the page is live again', () => page.evaluate(() => window.__mjcast?.phase === 'live'), { within_ms: 20_000 });
    await page.waitForFunction(() => document.querySelector('.badge-software'));
    assert.equal(await banner.count(), 0);
  });
});
