/** What a viewer gets over a line that is too slow, loses packets, or changes, and what others notice of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SMALL_STREAM } from './lib/fixture.mjs';
import { inOrder, keepPeer } from './lib/scripts.mjs';
import { Network } from './lib/network.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const skip = Network.unavailable();

/** A scene that takes all that it may: everything in it moves, and nothing is smooth. */
const BUSY = `<mujoco model="busy"><option gravity="0 0 0"/>
  <asset>
    <texture name="t" type="2d" builtin="checker" mark="random" random=".4" rgb1="1 .9 .2" rgb2="0 .1 .6" markrgb="1 1 1" width="256" height="256"/>
    <material name="m" texture="t" texrepeat="24 24"/>
  </asset>
  <worldbody><light pos="0 0 4" castshadow="false"/>
    <body><joint axis="0 0 1" stiffness="200" springref="90"/><geom type="box" size="9 9 .1" material="m" mass="1"/></body>
  </worldbody></mujoco>`;

const script = inOrder(keepPeer);

/** Decoded frames, freezes and time of the viewer's video. */
function inbound(viewer) {
  return viewer.page.evaluate(async () => {
    const stats = [...(await window.mjcastPeer.getStats()).values()].find(({ type }) => type === 'inbound-rtp');
    const { framesDecoded, freezeCount, totalFreezesDuration, frameWidth, bytesReceived, timestamp, nackCount, pliCount, framesDropped } = stats;
    return { framesDecoded, freezeCount, totalFreezesDuration, frameWidth, bytesReceived, timestamp, nackCount, pliCount, framesDropped };
  });
}

async function viewers(daemon) {
  return (await daemon.get('/api/sessions/default/viewers')).body.viewers;
}

/** What is asked of the only stream's encoder, kbit/s. */
async function estimate(daemon) {
  const [viewer] = await viewers(daemon);
  return viewer.estimate_kbps;
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A daemon with the busy scene at `size`, and who watches it over `line`. */
async function watching(line, run) {
  const network = await Network.start(line);
  try {
    const daemon = await network.daemon({ name: 'congestion', env: { ...SMALL_STREAM, ...(process.env.DEBUG_LOG && { LOG_LEVEL: 'debug' }) } });
    try {
      await daemon.load(BUSY);
      const browser = await network.browser();
      try {
        const viewer = await Viewer.watching(browser, daemon, { script });
        await run({ network, daemon, browser, viewer });
      } finally {
        if (process.env.DEBUG_LOG) (await import('node:fs')).writeFileSync('/tmp/cong.log', daemon.log());
        await browser.close();
      }
    } finally {
      await daemon.stop();
    }
  } finally {
    await network.stop();
  }
}

const SECONDS = Number(process.env.CONGESTION_SECONDS ?? 12);

test('2 Mbit/s, 50 ms each way, 5 % lost: it plays, and the estimate is the line', { skip }, async () => {
  await watching({ delayMs: 50, lossPercent: 5, rateBps: 2e6, queueMs: 300, seed: 1 }, async ({ daemon, viewer, network }) => {
    await sleep(5000);
    const before = await inbound(viewer);
    const estimates = [];
    for (let n = 0; n < SECONDS; n += 1) {
      await sleep(1000);
      estimates.push(await estimate(daemon));
      if (process.env.VERBOSE) console.log(JSON.stringify([estimates.at(-1), await inbound(viewer), (({ width, fps, target_kbps, bitrate_kbps }) => ({ width, fps, target_kbps, bitrate_kbps }))((await daemon.stats()).streams[0]), (await network.stats()).down]));
    }
    const after = await inbound(viewer);
    const mean = estimates.reduce((sum, one) => sum + one) / estimates.length;
    assert.ok(mean > 1700 && mean < 2300, `estimates: ${estimates} kbit/s`);
    const frozen = after.totalFreezesDuration - before.totalFreezesDuration;
    assert.ok(frozen <= 1, `frozen for ${frozen} s`);
  });
});
