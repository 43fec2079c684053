/** Several views, depth, fingers and gamepads, on a desktop and a phone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser, SMALL_STREAM } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';
import { Viewer } from './lib/viewer.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const HOSTILE = '&lt;img src=x onerror=window.hacked=1&gt;';
const hostile = '<img src=x onerror=window.hacked=1>';

const SCENE = `<mujoco model="stage"><option gravity="0 0 0"/><statistic center="0 0 .5" extent="2"/>
  <worldbody><light pos="0 0 3"/><geom type="plane" size="3 3 .1"/>
  <camera name="overhead" pos="0 0 4"/><camera name="door" pos="0 3 1" xyaxes="-1 0 0 0 -.3 1"/><camera name="${HOSTILE}" pos="0 -3 1" xyaxes="1 0 0 0 .3 1"/>
  <body name="ball" pos="0 0 .5"><freejoint/><geom size=".4" rgba="1 .4 .1 1" mass="1"/></body>
  <body name="slider" pos="0 1.4 1"><joint name="rail" type="slide" axis="1 0 0" damping="5"/><geom size=".1"/></body></worldbody>
  <actuator><motor name="push" joint="rail" ctrlrange="-2 1" ctrllimited="true"/></actuator></mujoco>`;

const shared = daemonAndBrowser('stage', { scene: SCENE, env: SMALL_STREAM });

/** A gamepad that the test holds: `window.pad.axes[0] = 1`. */
const FAKE_PAD = `window.pad = { connected: false, id: 'Test pad', index: 0, mapping: 'standard', axes: [0, 0, 0, 0],
    buttons: Array.from({ length: 17 }, () => ({ value: 0, pressed: false })) };
  window.looked = 0;
  navigator.getGamepads = () => { window.looked += 1; return window.pad.connected ? [null, window.pad] : [null]; };
  window.plug = (on) => { window.pad.connected = on; if (on) dispatchEvent(new Event('gamepadconnected')); };`;

async function withStage(layout, body, { size = DESKTOP, script = '' } = {}) {
  const viewer = await Viewer.open(shared.browser, shared.daemon, {
    ...size,
    script: `localStorage.getItem('mjcast.layout') ?? localStorage.setItem('mjcast.layout', '${layout}');${script}`,
  });
  try {
    await viewer.untilLive();
    await body(viewer, viewer.page);
    assert.equal(await viewer.page.evaluate(() => window.hacked), undefined, 'a name was taken for markup');
    return viewer;
  } catch (error) {
    await viewer.screenshot('stage-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

const tiles = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.view-tile')].map((tile) => ({ source: tile.dataset.source, how: tile.dataset.how, width: tile.querySelector('video').videoWidth })),
  );
const streaming = (page, count) =>
  until(`${count} views stream`, async () => {
    const now = await tiles(page);
    if (now.length === count && now.every(({ how, width }) => how === 'stream' && width > 0)) return now;
    throw new Error(JSON.stringify(now));
  }, { within_ms: 20_000 });
const viewers = async () => (await shared.daemon.get('/api/sessions/default/viewers')).body.viewers.length;
const untilViewers = (count) => until(`${count} viewers`, async () => (await viewers()) === count, { within_ms: 8_000 });
const camera = (viewer, what, test) => viewer.untilState(what, (s) => test(s.camera));
const box = (page, selector) => page.locator(selector).boundingBox();

for (const [device, size] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`four views stream, change places and leave, on a ${device}`, async () => {
    await withStage('four', async (viewer, page) => {
      const [first, second, third] = await streaming(page, 3);
      // On a phone the word about software drawing lies over the first view until it was read.
      await page.getByRole('button', { name: /^Dismiss/ }).first().click();
      assert.deepEqual([first.source, second.source, third.source], ['camera:overhead', 'camera:door', `camera:${hostile}`]);
      await untilViewers(4);
      const { watching } = await page.evaluate(() => ({ watching: document.querySelector('.people-count')?.textContent ?? '1' }));
      assert.equal(watching, '1', 'views of one person are counted as people');
      assert.equal(await page.evaluate(() => window.__mjcast.company.viewers.length), 1);

      // Nothing lies on anything else, and the main picture has the size of its place.
      const places = await page.evaluate(() => [...document.querySelectorAll('#stage, .view-tile')].map((e) => e.getBoundingClientRect().toJSON()));
      for (const [i, a] of places.entries()) {
        assert.ok(a.width > 80 && a.height > 80 && a.right <= size.width && a.bottom <= size.height);
        for (const b of places.slice(i + 1)) {
          assert.ok(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top, JSON.stringify([a, b]));
        }
      }
      await viewer.untilState('the shape of the place', ({ frame }) => Math.abs(frame.size[0] / frame.size[1] - places[0].width / places[0].height) < 0.05);

      await page.locator('.view-enlarge').first().click();
      await camera(viewer, 'the model’s camera', (c) => c.name === 'overhead');
      await until('they have changed places', async () => (await tiles(page))[0].source === 'free');
      await page.locator('.view-enlarge').first().click();
      await camera(viewer, 'the free camera again', (c) => c.azimuth !== undefined);
      await until('and back', async () => (await tiles(page))[0].source === 'camera:overhead');

      // Chosen, and remembered.
      await page.getByLabel('Camera of view 3').selectOption({ label: 'Top' });
      await until('the side in stills', async () => (await tiles(page))[1].how === 'stills');
      await untilViewers(3);
      await page.reload();
      await viewer.untilLive();
      await until('they are remembered', async () => (await tiles(page)).map(({ source }) => source).slice(0, 2).join() === 'camera:overhead,side:top');
      await untilViewers(3);

      await page.getByRole('button', { name: /^Close view 4/ }).click();
      await until('two are left of which one is seen', async () => (await tiles(page)).length === 1);
      await streaming(page, 1);
      await viewer.screenshot(`stage-${device}-inset`);
      await page.getByRole('button', { name: /^Close view 2/ }).click();
      await untilViewers(1);
      assert.deepEqual(viewer.complaints, []);
    }, { size });
    await untilViewers(0);
  });
}

test('a page that is left takes its views along', async () => {
  await withStage('four', async (viewer, page) => {
    await streaming(page, 3);
    await untilViewers(4);
    await page.goto('about:blank');
    await untilViewers(0);
  });
});

test('the layout is chosen in the camera menu', async () => {
  await withStage('one', async (viewer, page) => {
    const whole = await box(page, '#stage');
    await page.getByRole('button', { name: 'Cameras and views' }).click();
    await page.getByRole('radio', { name: 'Four' }).click();
    await until('the stage is smaller', async () => (await box(page, '#stage')).width < whole.width / 1.9);
    await page.getByRole('radio', { name: 'Inset' }).click();
    await until('an inset', async () => (await tiles(page)).length === 1);
    await page.getByRole('radio', { name: 'One', exact: true }).click();
    await until('the whole stage', async () => (await box(page, '#stage')).width === whole.width);
    await untilViewers(1);
    assert.deepEqual(viewer.complaints, []);
  });
});

test('where WebRTC is blocked the views are still pictures', async () => {
  await withStage('inset', async (viewer, page) => {
    await until('stills', async () => (await tiles(page))[0]?.how === 'stills', { within_ms: 15_000 });
    await page.getByText('stills', { exact: true }).waitFor();
    const drawn = await page.evaluate(() => {
      const canvas = document.querySelector('.view-tile canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return { width: canvas.width, colours: new Set(data).size };
    });
    assert.ok(drawn.width > 100 && drawn.colours > 10, JSON.stringify(drawn));
  }, { script: `delete window.RTCPeerConnection;` });
});

test('depth is measured in metres, segments have colours, both for this viewer alone', async () => {
  await withStage('one', async (viewer, page) => {
    const other = await Viewer.watching(shared.browser, shared.daemon, { width: 320, height: 240 });
    try {
      await viewer.setCamera({ azimuth: 0, elevation: -90, distance: 4, lookat: [0, 0, 0] });
      await page.getByRole('button', { name: 'Cameras and views' }).click();
      await page.getByRole('radio', { name: 'Depth' }).click();
      const legend = page.getByRole('note', { name: 'What the colours mean' });
      // The highest thing ends 1.1 m above the ground, which is 4 m away.
      await until('the nearest', async () => /^2\.(8[5-9]|9[0-5]) m/.test(await legend.innerText()), { within_ms: 15_000 });
      const [middle, aside] = await page.evaluate(() => {
        const canvas = document.querySelector('.depth-view');
        const at = (x, y) => [...canvas.getContext('2d').getImageData(canvas.width * x, canvas.height * y, 1, 1).data];
        return [at(0.5, 0.5), at(0.3, 0.3)];
      });
      assert.ok(middle[0] > 200 && middle[1] > 100, `near is bright: ${middle}`);
      assert.ok(aside[0] < 100 && aside[3] === 255, `far is dark: ${aside}`);

      await page.getByRole('radio', { name: 'Segments' }).click();
      await page.getByText('A colour for each thing', { exact: false }).waitFor();
      await until('flat colours', async () => {
        const { data } = await viewer.picture();
        return data.length > 0 && (await page.locator('.depth-view').count()) === 0;
      });
      assert.equal(await other.page.locator('.legend').count(), 0);
      await page.getByRole('button', { name: 'Back to colours' }).click();
      await until('colours', async () => (await page.locator('.legend').count()) === 0);
      assert.deepEqual(viewer.complaints, []);
    } finally {
      await other.close();
    }
  });
});

test('a finger that stays selects, and then pulls', async () => {
  await shared.daemon.load(SCENE);
  await withStage('one', async (viewer, page) => {
    await viewer.setCamera({ azimuth: 90, elevation: -20, distance: 4, lookat: [0, 0, 0.5] });
    const stage = await box(page, '#stage');
    const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2];
    const touch = await viewer.context.newCDPSession(page);
    const finger = (type, dx = 0, dy = 0) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: x + dx, y: y + dy }] });
    await finger('touchStart');
    await viewer.untilState('the ball is selected', (s) => s.selected?.name === 'ball');
    const before = (await viewer.state()).camera;
    for (let i = 1; i <= 8; i += 1) await finger('touchMove', 8 * i, -8 * i);
    await viewer.untilState('it is held', (s) => s.selected?.held === true);
    await viewer.untilState('it is lifted', (s) => s.qpos[2] > 0.55);
    await finger('touchEnd');
    await viewer.untilState('it is let go', (s) => s.selected?.held === false);
    assert.deepEqual((await viewer.state()).camera, before, 'the camera has moved, too');

    // Without staying it is the camera that turns.
    await finger('touchStart');
    for (let i = 1; i <= 8; i += 1) await finger('touchMove', 8 * i, 0);
    await finger('touchEnd');
    await camera(viewer, 'a turn', (c) => Math.abs(c.azimuth - before.azimuth) > 2);
    assert.deepEqual(viewer.complaints, []);
  }, { size: PHONE });
});

test('what a finger presses is large enough', async () => {
  const context = await shared.browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true });
  try {
    const page = await context.newPage();
    await page.addInitScript(() => localStorage.setItem('mjcast.layout', 'inset'));
    await page.goto(shared.daemon.origin);
    await page.locator('.view-tile').waitFor();
    for (const target of ['.view-pick select', '.view-close', '.toolbar button:visible']) {
      for (const one of await page.locator(target).all()) {
        const { width, height } = await one.boundingBox();
        assert.ok(width >= 43.5 && height >= 43.5, `${target} is ${width} × ${height}`);
      }
    }
  } finally {
    await context.close();
  }
});

test('a gamepad turns the camera until it is mapped to an actuator, and costs nothing when it is gone', async () => {
  await shared.daemon.load(SCENE);
  const script = `${FAKE_PAD} localStorage.setItem('mjcast.dock', 'open'); localStorage.setItem('mjcast.sections', 'gamepad');`;
  await withStage('one', async (viewer, page) => {
    await viewer.setCamera({ azimuth: 90, elevation: -20, distance: 4 });
    const idle = await page.evaluate(() => window.looked);
    await page.waitForTimeout(300);
    assert.ok((await page.evaluate(() => window.looked)) - idle <= 1, 'it is looked at before there is one');

    await page.evaluate(() => window.plug(true));
    const panel = page.locator('#section-gamepad');
    await panel.getByText('Test pad').waitFor();
    await page.evaluate(() => (window.pad.axes[0] = 1));
    await camera(viewer, 'a turn', (c) => c.azimuth < 80);
    await page.evaluate(() => (window.pad.axes[0] = 0));

    await panel.getByLabel('Left stick ↔ moves').selectOption('push');
    const ctrl = async () => (await shared.daemon.get('/api/sessions/default/ctrl')).body.ctrl.push.value;
    // How it is held when the mapping begins moves nothing.
    const before = await page.evaluate(() => window.looked);
    await until('it is looked at with its mapping', () => page.evaluate((n) => window.looked > n + 1, before));
    await page.evaluate(() => (window.pad.axes[0] = -1));
    await until('its lower limit', async () => (await ctrl()) === -2);
    await panel.getByRole('switch', { name: 'Invert' }).click();
    await until('its upper limit', async () => (await ctrl()) === 1);
    await page.evaluate(() => (window.pad.axes[0] = 0.1));
    await until('rest within the dead zone', async () => (await ctrl()) === 0);
    await viewer.screenshot('stage-gamepad');

    await page.evaluate(() => window.plug(false));
    await panel.getByText('Connect a gamepad', { exact: false }).waitFor();
    const gone = await page.evaluate(() => window.looked);
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.looked), gone, 'it is looked at although it is gone');

    await page.reload();
    await viewer.untilLive();
    await page.evaluate(() => window.plug(true));
    await until('the mapping is remembered', async () => (await panel.getByLabel('Left stick ↔ moves').inputValue()) === 'push');
    assert.deepEqual(viewer.complaints, []);
  }, { script });
});
