/** Streams of a hardware encoder, which is the double of NVIDIA's driver: what a browser likes better is sent. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchBrowser } from './lib/browser.mjs';
import { Daemon, run } from './lib/daemon.mjs';
import { binary } from './lib/paths.mjs';
import { contrast } from './lib/picture.mjs';
import { inOrder, keepPeer } from './lib/scripts.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

/** The double codes AV1 in software, which must not look like a driver that hangs. */
const TINY_STREAM = { FRAME_WIDTH: '192', FRAME_HEIGHT: '144', FRAME_RATE: '10', MJCAST_VIDEO__PROFILE: 'fast' };
const SIZE = { width: 320, height: 240 };

let browser;
let driver;
let env;

before(async () => {
  const library = join(dirname(binary()), 'deps', 'libdouble_nvidia.so');
  assert.ok(existsSync(library), `${library} is missing: run \`make build-test\``);
  driver = mkdtempSync(join(tmpdir(), 'mjcast-driver-'));
  for (const name of ['libcuda.so.1', 'libnvidia-encode.so.1']) symlinkSync(library, join(driver, name));
  env = { ...TINY_STREAM, LD_LIBRARY_PATH: driver, DOUBLE_COARSE: '1' };
  // Its GPU becomes the one that draws, whose name a daemon says when CUDA does not know it.
  const { stdout } = await run(['doctor', '--json'], { env });
  const [, uuid] = /CUDA does not know the GPU that draws, GPU-([0-9a-f-]+)/.exec(stdout) ?? [];
  assert.ok(uuid, stdout);
  env = { ...env, DOUBLE_NVIDIA_UUID: uuid.replaceAll('-', '') };
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(driver, { recursive: true, force: true });
});

/** Runs in the page: the browser says that it decodes AV1 in hardware. */
function likesAv1() {
  MediaCapabilities.prototype.decodingInfo = async ({ video }) => {
    const powerEfficient = video.contentType === 'video/av1';
    return { supported: powerEfficient, smooth: powerEfficient, powerEfficient };
  };
}

/** Starts a daemon in which `fault` happens, hands it to `body` and ends it. */
async function withDaemon(fault, body) {
  const daemon = await Daemon.start({ name: `hardware-${fault || 'sound'}`, env: { ...env, DOUBLE_NVIDIA_FAIL: fault } });
  const viewers = [];
  const watch = async (script) => {
    const viewer = await Viewer.watching(browser, daemon, { ...SIZE, script });
    viewers.push(viewer);
    return viewer;
  };
  try {
    await daemon.load('four_geoms');
    await body(daemon, watch);
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
    await daemon.stop();
  }
}

/** What encodes for `viewer`, by `/api/stats`. */
async function encoderOf(daemon, viewer) {
  const id = viewer.received.find(({ type }) => type === 'welcome').viewer_id;
  const { streams } = await daemon.stats();
  return streams.find(({ viewers }) => viewers.includes(id))?.encoder;
}

/** The codec that the browser decodes now. */
function decoded(viewer) {
  return viewer.page.evaluate(async () => {
    const stats = [...(await window.mjcastPeer.getStats()).values()];
    const inbound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    return stats.find(({ id }) => id === inbound?.codecId)?.mimeType;
  });
}

const both = inOrder(likesAv1, keepPeer);

test('a browser that decodes AV1 in hardware gets it, any other H.264', () =>
  withDaemon('', async (daemon, watch) => {
    const { body } = await daemon.get('/api/health');
    assert.deepEqual(body.codecs, ['h264', 'hevc', 'av1']);
    const [modern, plain] = [await watch(both), await watch(keepPeer)];
    for (const viewer of [modern, plain]) await viewer.untilMoreFrames(10);
    const encoders = [await encoderOf(daemon, modern), await encoderOf(daemon, plain)];
    assert.deepEqual(encoders.map(({ name, codec, copied }) => [name, codec, copied]),
      [['nvenc', 'av1', false], ['nvenc', 'h264', false]]);
    assert.equal(await decoded(modern), 'video/AV1');
    assert.equal(await decoded(plain), 'video/H264');
    const pictures = [await modern.picture(), await plain.picture()];
    for (const picture of pictures) assert.ok(contrast(picture) > 5, 'the picture is blank');
    await modern.page.getByRole('button', { name: /Connection and stream details/ }).click();
    await modern.page.locator('.figure', { hasText: 'Video' }).getByText('AV1').waitFor();
    await modern.screenshot('hardware-av1');
  }));

test('software takes over from AV1 in H.264, and nothing is negotiated anew', () =>
  withDaemon('encode@40', async (daemon, watch) => {
    const viewer = await watch(both);
    await until('AV1', async () => (await decoded(viewer)) === 'video/AV1');
    await until('H.264', async () => (await decoded(viewer)) === 'video/H264');
    // The hardware goes on in H.264 until that has failed, too.
    const encoder = await until('software', async () => {
      const now = await encoderOf(daemon, viewer);
      return now?.name === 'openh264' && now;
    });
    assert.equal(encoder.codec, 'h264');
    await viewer.untilMoreFrames(10);
    assert.ok(encoder.rejected.some(({ name, reason }) => name === 'nvenc' && reason.includes('NV_ENC_ERR')));
    assert.equal(viewer.received.filter(({ type }) => type === 'answer').length, 1);
    assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
  }));
