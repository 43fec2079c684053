/**
 * The picture survives the network: silence, blocked ports, another address. The daemon and the browser are in
 * network namespaces of their own, with a line between them that does as it is told.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { freePort } from './lib/daemon.mjs';
import { SIZE, SMALL_STREAM } from './lib/fixture.mjs';
import { Network } from './lib/network.mjs';
import { inOrder, keepPeer } from './lib/scripts.mjs';
import { Socket } from './lib/socket.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const skip = Network.unavailable();
const FRAMES = 5;
/** For going around what is blocked. */
const GIVEN_MS = 3000;
/** Frames that are made and not decoded yet when somebody looks. */
const UNDER_WAY = 3;

let network, daemon, browser, mediaPort;

before(async () => {
  if (skip) return;
  network = await Network.start({ delayMs: 10 });
  // Another number than the page's, so that media alone can be blocked.
  mediaPort = await freePort();
  const env = { ...SMALL_STREAM, MJCAST_WEBRTC__PORT: String(mediaPort) };
  daemon = await network.daemon({ name: 'mobility', env });
  await daemon.load('four_geoms');
  browser = await network.browser({ secure: [daemon.pageOrigin] });
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
  await network?.stop();
});

/** A page that plays over UDP, on a good line. */
async function withViewer(body, options) {
  await network.set({ silence: false, block: [], delayMs: 10 });
  const viewer = await Viewer.open(browser, daemon, { ...SIZE, script: inOrder(keepPeer), ...options });
  try {
    await viewer.untilLive();
    await viewer.command('play');
    await viewer.untilMoreFrames(30);
    await viewer.mark();
    return await body(viewer, await viewer.page.evaluate(() => window.__mjcast.viewerId));
  } catch (error) {
    await viewer.screenshot('mobility-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

/** Waits until pictures come again; says after how long from now, ms. */
async function untilFlowing(viewer, within_ms, count = FRAMES) {
  const from = performance.now();
  const { frames } = await viewer.look();
  await until('pictures flow', async () => (await viewer.look()).frames >= frames + count, { every_ms: 10, within_ms });
  return performance.now() - from;
}

/** How the browser's end of the connection is reached: `udp` or `tcp`. */
const protocol = (viewer) =>
  viewer.page.evaluate(async () => {
    const stats = [...(await window.mjcastPeer.getStats()).values()];
    const transport = stats.find(({ type }) => type === 'transport');
    const pair = stats.find(({ id }) => id === transport.selectedCandidatePairId);
    return stats.find(({ id }) => id === pair?.remoteCandidateId)?.protocol;
  });

async function assertSameViewer(viewer, id) {
  assert.equal(await viewer.page.evaluate(() => window.marked !== undefined), true, 'the page was reloaded');
  await until('it is the same viewer', async () => (await viewer.page.evaluate(() => window.__mjcast.viewerId)) === id);
  assert.deepEqual(viewer.complaints.filter((text) => !/WebSocket connection/.test(text)), []);
}

for (const [silence_s, within_ms] of [[3, 2000], [12, 5000]]) {
  test(`after ${silence_s} s of silence pictures flow within ${within_ms / 1000} s`, { skip }, () =>
    withViewer(async (viewer, id) => {
      await network.set({ silence: true });
      await viewer.page.waitForTimeout(silence_s * 1000);
      await network.set({ silence: false });
      const took_ms = await untilFlowing(viewer, within_ms);
      const { via } = await viewer.look();
      console.log(`${silence_s} s of silence: flowing after ${took_ms.toFixed(0)} ms by ${via}`);
      await assertSameViewer(viewer, id);
    }));
}

test('blocked ports are gone around: UDP, TCP, WebSocket', { skip }, () =>
  withViewer(async (viewer, id) => {
    await until('UDP', async () => (await protocol(viewer)) === 'udp');
    const steps = [
      [['udp'], async () => (await viewer.look()).via === 'webrtc' && (await protocol(viewer)) === 'tcp', 'TCP'],
      [['udp', `tcp:${mediaPort}`], async () => (await viewer.look()).via === 'websocket', 'WebSocket'],
    ];
    for (const [block, arrived, name] of steps) {
      await network.set({ block });
      const from = performance.now();
      await until(`over ${name}`, arrived, { every_ms: 10 });
      await untilFlowing(viewer, GIVEN_MS, 1);
      const took_ms = performance.now() - from;
      console.log(`${block.join(', ')} blocked: over ${name} after ${took_ms.toFixed(0)} ms`);
      assert.ok(took_ms <= GIVEN_MS, `${took_ms} ms`);
    }
    await assertSameViewer(viewer, id);
  }));

test('a client with another address goes on watching', { skip }, () =>
  withViewer(async (viewer, id) => {
    for (const address of ['198.18.0.7', '198.18.0.2']) {
      await network.move(address);
      const from = performance.now();
      // What was under way still arrives.
      await viewer.page.waitForTimeout(200);
      await untilFlowing(viewer, 5000);
      console.log(`another address: flowing after ${(performance.now() - from).toFixed(0)} ms`);
      await viewer.untilMoreFrames(30);
      await assertSameViewer(viewer, id);
    }
  }));

/** What the browser's statistics say of the video. */
const video = (viewer) =>
  viewer.page.evaluate(async () => {
    const stats = [...(await window.mjcastPeer.getStats()).values()];
    const { framesDecoded, keyFramesDecoded } = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    return { framesDecoded, keyFramesDecoded };
  });

test('a tab that comes back gets a key frame at once', { skip }, () =>
  withViewer(async (viewer) => {
    const { keyFramesDecoded: before } = await video(viewer);
    await viewer.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await until('a key frame', async () => (await video(viewer)).keyFramesDecoded > before, { within_ms: 2000, every_ms: 20 });
  }));

test('a viewer that stops reading takes nothing from others', { skip }, () =>
  withViewer(async (viewer) => {
    const idle = await Socket.open(daemon);
    const { media, session } = idle.welcome;
    const address = `${daemon.origin.replace('http', 'ws')}${media.path}?session=${session}&ticket=${media.ticket}`;
    const deaf = new WebSocket(address);
    await once(deaf, 'open');
    deaf.send(JSON.stringify({ type: 'media', format: 'annexb' }));
    await once(deaf, 'message');
    deaf.pause();
    try {
      const made = async () => (await viewer.state()).frame.id;
      const from = { made: await made(), ...(await video(viewer)) };
      await pause(5000);
      const to = { made: await made(), ...(await video(viewer)) };
      const share = (to.framesDecoded - from.framesDecoded + UNDER_WAY) / (to.made - from.made);
      console.log(`beside one that does not read: ${(share * 100).toFixed(1)} % of the frames`);
      assert.ok(to.made > from.made + 30, 'no frames were made');
      assert.ok(share >= 0.98, `${share}`);
    } finally {
      deaf.terminate();
      await idle.close();
    }
  }));
