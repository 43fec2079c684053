/** The page that tells which way is blocked, and what to do about it. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from './lib/daemon.mjs';
import { SIZE, SMALL_STREAM, daemonAndBrowser } from './lib/fixture.mjs';
import { Network } from './lib/network.mjs';
import { outputFolder } from './lib/paths.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const shared = daemonAndBrowser('diagnose', { scene: 'four_geoms' });

/** Opens the page in a context of its own and hands it to `body`, with what should never happen in a page. */
async function withPage(browser, origin, body, options = {}) {
  const context = await browser.newContext({ viewport: { width: 900, height: 1100 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  try {
    await page.goto(`${origin}/diagnose`);
    return await body(page, complaints);
  } finally {
    await context.close();
  }
}

/** Waits for the end of the check, and gives what came of each leg. */
async function outcomes(page) {
  const read = () => page.$$eval('[data-outcome]', (legs) =>
    Object.fromEntries(legs.map((leg) => [leg.id.replace('leg-', ''), leg.dataset.outcome])));
  return until('the check is done', async () => {
    const all = await read();
    return Object.keys(all).length > 0 && !Object.values(all).some((one) => /waiting|running/.test(one)) && all;
  }, { within_ms: 40_000 });
}

const ALL_PASS = { http: 'passed', signaling: 'passed', udp: 'passed', tcp: 'passed', turn: 'skipped', media: 'passed', decoding: 'passed' };

test('where all is open every leg passes, and who watches is not disturbed', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.mark();
    const before = await viewer.state();
    await withPage(shared.browser, shared.daemon.origin, async (page, complaints) => {
      assert.deepEqual(await outcomes(page), ALL_PASS);
      assert.equal(await page.locator('#summary').textContent(), 'Every way works. The picture comes by WebRTC over UDP.');
      for (const id of ['udp', 'tcp', 'media']) {
        assert.match(await page.locator(`#leg-${id}`).textContent(), /\d ms to set up · [\d.]+ ms round trip/);
      }
      await page.getByRole('button', { name: 'Copy report' }).click();
      const report = await page.locator('#report').textContent();
      assert.match(report, /WebRTC over TCP: passed/);
      assert.ok(!report.includes('ticket'), report);
      await page.screenshot({ path: join(outputFolder(), 'diagnose.png'), fullPage: true });
      assert.deepEqual(complaints, []);
    });
    const { camera } = await viewer.state();
    assert.deepEqual(camera, before.camera);
    await viewer.untilMoreFrames(10);
    assert.deepEqual(await viewer.unbroken(), { page: true, connection: true });
    await until('the guest has left', async () => (await shared.daemon.stats()).clients_connected === 1);
  }));

test('the page tells of a lower rung, and leads to the check', async () => {
  const viewer = await Viewer.open(shared.browser, shared.daemon, { ...SIZE, script: 'delete window.RTCPeerConnection' });
  try {
    await viewer.untilLive();
    const opened = viewer.context.waitForEvent('page');
    await viewer.page.getByRole('button', { name: 'Find out why' }).click();
    const page = await opened;
    assert.match(page.url(), /\/diagnose$/);
    await viewer.page.getByRole('button', { name: /Connection and stream details/ }).click();
    assert.equal(await viewer.page.locator('#diagnose').evaluate((link) => link.href), page.url());
  } finally {
    await viewer.close();
  }
});

const skip = Network.unavailable();
let network, daemon, browser, mediaPort;

before(async () => {
  if (skip) return;
  network = await Network.start({ delayMs: 5 });
  mediaPort = await freePort();
  daemon = await network.daemon({ name: 'diagnose-line', env: { ...SMALL_STREAM, MJCAST_WEBRTC__PORT: String(mediaPort) } });
  browser = await network.browser();
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
  await network?.stop();
});

test('what is blocked fails by its name, with the port to open, and all else passes', { skip }, async () => {
  await network.set({ block: ['udp'] });
  await withPage(browser, daemon.pageOrigin, async (page) => {
    assert.deepEqual(await outcomes(page), { ...ALL_PASS, udp: 'failed' });
    assert.match(await page.locator('#leg-udp .leg-advice').textContent(), new RegExp(`Open UDP port ${mediaPort} `));
    await page.screenshot({ path: join(outputFolder(), 'diagnose-udp.png'), fullPage: true });
    await network.set({ block: ['udp', `tcp:${mediaPort}`] });
    await page.getByRole('button', { name: 'Check again' }).click();
    assert.deepEqual(await outcomes(page), { ...ALL_PASS, udp: 'failed', tcp: 'failed' });
    assert.match(await page.locator('#leg-tcp .leg-advice').textContent(), new RegExp(`Open TCP port ${mediaPort}\\.`));
    assert.equal(await page.locator('#summary').textContent(),
      'The picture comes by Media WebSocket. WebRTC over UDP and WebRTC over TCP do not work.');
    await page.screenshot({ path: join(outputFolder(), 'diagnose-media.png'), fullPage: true });
  });
});
