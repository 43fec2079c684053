/** Every way to a picture: WebRTC, a WebSocket with either decoder, still pictures; and from one to another. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import WebSocket from 'ws';
import { SIZE, daemonAndBrowser } from './lib/fixture.mjs';
import { contrast, psnr } from './lib/picture.mjs';
import { renderOf } from './lib/render.mjs';
import { Socket } from './lib/socket.mjs';
import { Viewer, turn } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const CAMERA = { azimuth: 130, elevation: -25, distance: 3.5, lookat: [0, 0, 0.5] };
/** At least this like the renderer's own picture. */
const SAME_DB = 25;
/** From the moment that WebRTC is given up. */
const FALL_WITHIN_MS = 3000;

const shared = daemonAndBrowser('ladder', { scene: 'four_geoms' });

/** No candidate is gathered while `window.blocked` is set: ICE has nothing to try and waits for ever. */
function blockWebRtc() {
  window.blocked = true;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(window.blocked ? { ...configuration, iceServers: [], iceTransportPolicy: 'relay' } : configuration);
    }
  };
}

/** A browser that takes no H.264 by WebRTC, as some builds do. */
function withoutH264() {
  const all = RTCRtpReceiver.getCapabilities.bind(RTCRtpReceiver);
  RTCRtpReceiver.getCapabilities = (kind) => {
    const known = all(kind);
    return { ...known, codecs: known.codecs.filter(({ mimeType }) => mimeType !== 'video/H264') };
  };
}

async function withViewer(options, body) {
  const viewer = await Viewer.open(shared.browser, shared.daemon, { ...SIZE, ...options });
  try {
    return await body(viewer);
  } catch (error) {
    await viewer.screenshot('ladder-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

async function untilVia(viewer, via, options) {
  return until(`the picture comes by ${via}`, async () => {
    const now = await viewer.look();
    return now.via === via && now.phase === 'live' && now.connected && now;
  }, { within_ms: 20_000, ...options });
}

/** Opens the panel with figures and gives its text for the way. */
async function wayInPanel(viewer) {
  const way = viewer.page.locator('#way');
  if ((await way.count()) === 0) await viewer.page.getByRole('button', { name: /Connection and stream details/ }).click();
  return way;
}

/** What is shown moves, is what the renderer draws, and is steered by the mouse. */
async function assertPlays(viewer) {
  await viewer.command('play');
  await viewer.untilMoreFrames(20);
  await viewer.stopAndStep(100);
  await viewer.setCamera(CAMERA);
  const shown = await viewer.stillPicture();
  const like = psnr(shown, await renderOf({ scene: 'four_geoms', camera: CAMERA, steps: 100 }));
  assert.ok(contrast(shown) > 5, 'the picture is blank');
  assert.ok(like >= SAME_DB, `${like} dB to the renderer's own picture`);
  await viewer.drag(120, 0);
  await viewer.untilState('a turned camera', ({ camera }) => Math.abs(turn(CAMERA.azimuth, camera.azimuth)) > 40);
  const turned = await viewer.stillPicture();
  assert.ok(psnr(shown, turned) < SAME_DB, 'the drag did not change the picture');
}

async function viaOf(viewer) {
  const { viewers } = (await shared.daemon.get('/api/sessions/default/viewers')).body;
  const id = await viewer.page.evaluate(() => window.__mjcast.viewerId);
  return viewers.find((one) => one.id === id)?.via;
}

test('a stream on a WebSocket plays by WebCodecs and is steered', () =>
  withViewer({ query: '?via=websocket' }, async (viewer) => {
    await untilVia(viewer, 'websocket', { every_ms: 10 });
    console.log(`page to first frame by WebSocket: ${(performance.now() - viewer.openedAt).toFixed(0)} ms`);
    await assertPlays(viewer);
    assert.equal(await viaOf(viewer), 'websocket');
    const { decoder, connection } = await until('figures', async () => {
      const now = await viewer.look();
      return now.decoder && now;
    });
    assert.deepEqual([decoder, connection], ['WebCodecs', 'none']);
    assert.equal(await (await wayInPanel(viewer)).textContent(), 'WebSocket');
    assert.deepEqual(viewer.complaints, []);
  }));

test('without WebCodecs it plays by Media Source Extensions', () =>
  withViewer({ query: '?via=websocket', script: 'delete window.VideoDecoder' }, async (viewer) => {
    await untilVia(viewer, 'websocket', { every_ms: 10 });
    console.log(`page to first frame by Media Source: ${(performance.now() - viewer.openedAt).toFixed(0)} ms`);
    await assertPlays(viewer);
    const { decoder } = await until('figures', async () => {
      const now = await viewer.look();
      return now.decoder && now;
    });
    assert.equal(decoder, 'Media Source');
    await viewer.command('play');
    await viewer.untilMoreFrames(60);
    const late_s = await viewer.page.evaluate(() => {
      const video = document.querySelector('video');
      return video.buffered.end(video.buffered.length - 1) - video.currentTime;
    });
    console.log(`Media Source plays ${(late_s * 1000 - 100).toFixed(0)} ms behind the newest picture`);
    assert.ok(late_s < 0.6, `${late_s} s behind`);
    // Each frame's way is known here, too: its wait in the buffer counts as the time until it is shown.
    await viewer.page.locator('.chip').click();
    const { pose, decode } = await until('the stages', async () => {
      const now = await viewer.page.evaluate(() => window.__mjcast.traces);
      return now.pose && now;
    });
    console.log(`Media Source, pose to screen: ${pose.median_ms.toFixed(1)} ms, of which decoding ${decode.median_ms.toFixed(1)}`);
    assert.ok(pose.median_ms > decode.median_ms && pose.median_ms < 1000 * (late_s + 1), `${pose.median_ms} ms`);
    assert.deepEqual(viewer.complaints, []);
  }));

test('the window may change its shape on a WebSocket', () =>
  withViewer({ query: '?via=websocket' }, async (viewer) => {
    await untilVia(viewer, 'websocket');
    await viewer.page.setViewportSize({ width: 400, height: 800 });
    await until('a tall picture', async () => {
      const { video } = await viewer.look();
      return Math.abs(video.width / video.height - 0.5) < 0.03;
    });
    await viewer.untilMoreFrames(5);
  }));

test('where WebRTC is blocked the page goes on by WebSocket, and climbs back by hand', () =>
  withViewer({ script: blockWebRtc }, async (viewer) => {
    await until('WebRTC is given up', async () => (await viewer.look()).via === 'websocket', { every_ms: 10 });
    const noticed = performance.now();
    await untilVia(viewer, 'websocket', { every_ms: 10 });
    const took_ms = performance.now() - noticed;
    console.log(`blocked WebRTC: given up after ${(noticed - viewer.openedAt).toFixed(0)} ms, a picture ${took_ms.toFixed(0)} ms later`);
    assert.ok(took_ms <= FALL_WITHIN_MS, `${took_ms} ms`);
    const way = await wayInPanel(viewer);
    assert.equal(await way.textContent(), 'WebSocket');

    await viewer.page.evaluate(() => (window.blocked = false));
    await viewer.page.locator('#via').selectOption('websocket');
    await viewer.page.locator('#via').selectOption('webrtc');
    await untilVia(viewer, 'webrtc');
    await viewer.untilMoreFrames(10);
    await until('the panel says so', async () => (await way.textContent()) === 'UDP');
    await until('the daemon says so', async () => (await viaOf(viewer)) === 'webrtc');
    await viewer.page.keyboard.press('Escape');
    await assertPlays(viewer);

    await viewer.page.evaluate(() => (window.blocked = true));
    await wayInPanel(viewer);
    await viewer.page.locator('#via').selectOption('websocket');
    await untilVia(viewer, 'websocket');
    await until('the daemon says so', async () => (await viaOf(viewer)) === 'websocket');
    assert.equal(await viewer.page.evaluate(() => localStorage.getItem('mjcast.via')), 'websocket');
  }));

test('when the network changes the page climbs back by itself', () =>
  withViewer({ script: blockWebRtc }, async (viewer) => {
    await untilVia(viewer, 'websocket');
    await viewer.command('play');
    await viewer.page.evaluate(() => (window.blocked = false));
    await until('WebRTC', async () => {
      await viewer.page.evaluate(() => window.dispatchEvent(new Event('online')));
      const now = await viewer.look();
      assert.ok(now.phase === 'live' || now.via === 'webrtc', `climbing cost the picture: ${now.phase}`);
      return now.via === 'webrtc' && now.connected;
    });
    await viewer.untilMoreFrames(10);
    assert.deepEqual(viewer.complaints, []);
  }));

test('an offer that is refused is no wait', () =>
  withViewer({ script: withoutH264 }, async (viewer) => {
    await untilVia(viewer, 'websocket');
    assert.ok(!viewer.received.some(({ type }) => type === 'answer'), 'the offer was answered');
    assert.deepEqual(viewer.complaints, []);
  }));

test('a page without WebRTC begins by WebSocket, and one without a decoder shows still pictures', async () => {
  await withViewer({ script: 'delete window.RTCPeerConnection' }, async (viewer) => {
    const { frames } = await untilVia(viewer, 'websocket');
    assert.ok(frames > 0);
  });
  const script = 'delete window.RTCPeerConnection; delete window.VideoDecoder; delete window.MediaSource';
  await withViewer({ script }, async (viewer) => {
    await untilVia(viewer, 'pictures');
    await viewer.untilMoreFrames(3);
    assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
    assert.equal(await (await wayInPanel(viewer)).textContent(), 'Pictures');
  });
});

test('still pictures are of what the viewer looks through, whoever came first', () =>
  shared.withViewers(1, async (first) => {
    await first.stopAndStep(50);
    await first.setCamera(CAMERA);
    const other = { ...CAMERA, azimuth: 20, distance: 5 };
    await withViewer({ query: '?via=pictures' }, async (viewer) => {
      await untilVia(viewer, 'pictures');
      await viewer.setCamera(other);
      const shown = await viewer.stillPicture();
      const like = psnr(shown, await renderOf({ scene: 'four_geoms', camera: other, steps: 50 }));
      assert.ok(like >= SAME_DB, `${like} dB to the renderer's own picture`);
      await viewer.drag(120, 0);
      await viewer.untilState('a turned camera', ({ camera }) => Math.abs(turn(other.azimuth, camera.azimuth)) > 40);
      assert.ok(psnr(shown, await viewer.stillPicture()) < SAME_DB, 'the drag did not change the picture');
      assert.deepEqual(viewer.complaints, []);
    });
    await first.untilState('its own camera', ({ camera }) => Math.abs(turn(CAMERA.azimuth, camera.azimuth)) < 1);
  }));

test('viewers on different ways share what they see alike', () =>
  shared.withViewers(1, (packets) =>
    withViewer({ query: '?via=websocket' }, async (socket) => {
      await untilVia(socket, 'websocket');
      await packets.setCamera(CAMERA);
      await socket.setCamera(CAMERA);
      const { streams } = await until('one stream for both', async () => {
        const stats = await shared.daemon.stats();
        return stats.streams.length === 1 && stats;
      });
      assert.equal(streams[0].viewers.length, 2);
      await socket.stopAndStep(50);
      const [left, right] = await Promise.all([packets.stillPicture(), socket.stillPicture()]);
      assert.ok(psnr(left, right) >= 30, 'the pictures differ');
    }),
  ));

test('a socket that breaks is opened again', () =>
  withViewer({ query: '?via=websocket' }, async (viewer) => {
    await untilVia(viewer, 'websocket');
    await viewer.command('play');
    await viewer.untilMoreFrames(60);
    // Another socket with the same ticket takes the stream over, and the page comes back for it.
    const { media, session } = viewer.received.find(({ type }) => type === 'welcome');
    const address = `${shared.daemon.origin.replace('http', 'ws')}${media.path}?session=${session}&ticket=${media.ticket}`;
    const thief = new WebSocket(address);
    await once(thief, 'open');
    thief.send(JSON.stringify({ type: 'media', format: 'annexb' }));
    const [code] = await once(thief, 'close');
    assert.equal(code, 4409);
    await untilVia(viewer, 'websocket');
    await viewer.untilMoreFrames(10);
  }));

test('a wrong ticket is refused, and so is one whose viewer has left', async () => {
  const socket = await Socket.open(shared.daemon);
  const { ticket } = socket.welcome.media;
  const ask = (wrong) => shared.daemon.get(`/ws/media?session=default&ticket=${wrong}`);
  assert.equal((await ask(ticket)).status, 426);
  assert.equal((await ask('0'.repeat(32))).status, 403);
  await socket.close();
  await until('the ticket is void', async () => (await ask(ticket)).status === 403);
});
