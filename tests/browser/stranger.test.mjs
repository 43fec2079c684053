/** Another WebRTC stack than the browser's, aiortc, over lines of all sorts: no courtesy of Chromium's counts. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { SMALL_STREAM } from './lib/fixture.mjs';
import { Network } from './lib/network.mjs';
import { repository } from './lib/paths.mjs';
import { BUSY } from './lib/scenes.mjs';

const PYTHON = process.env.PLAYER_PYTHON;
const skip = PYTHON ? Network.unavailable() : 'PLAYER_PYTHON, with aiortc, is not set';
const WATCH = join(repository, 'tests', 'whep', 'watch.py');
const SECONDS = 10;

/** What comes of watching over `line` from the client's end: figures, or what the player says when it gives up. */
async function watched(line, scene) {
  const network = await Network.start(line);
  let daemon;
  try {
    daemon = await network.daemon({ name: 'stranger', env: SMALL_STREAM });
    if (scene) await daemon.load(scene);
    const place = `${daemon.pageOrigin}/api/sessions/default/whep`;
    const command = [PYTHON, '-W', 'ignore', WATCH, place, String(SECONDS)];
    const player = network.spawnInside('client', command, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, errors] = [[], []];
    player.stdout.on('data', (part) => out.push(part));
    player.stderr.on('data', (part) => errors.push(part));
    await once(player, 'exit');
    const told = out.length > 0 ? JSON.parse(Buffer.concat(out).toString()) : Buffer.concat(errors).toString();
    console.log(JSON.stringify(line), out.length > 0 ? JSON.stringify(told) : 'gave up');
    return told;
  } finally {
    await daemon?.stop();
    await network.stop();
  }
}

test('a good line: it plays as it should', { skip }, async () => {
  const { fps, frozen_s, size } = await watched({ delayMs: 2 });
  assert.ok(fps >= 25 && frozen_s <= 0.5, `${fps} fps, frozen for ${frozen_s} s`);
  assert.deepEqual(size, [640, 480]);
});

test('50 ms each way, 2 % lost: it plays on', { skip }, async () => {
  const { fps, frozen_s } = await watched({ delayMs: 50, lossPercent: 2, seed: 1 });
  assert.ok(fps >= 20 && frozen_s <= 2, `${fps} fps, frozen for ${frozen_s} s`);
});

// It tells nothing of single packets, and the scene would take more than there is.
test('2 Mbit/s: it is not flooded', { skip }, async () => {
  // What is lost while it is found out what the line carries freezes this player for seconds.
  const { fps, frozen_s } = await watched({ delayMs: 50, rateBps: 2e6, queueMs: 300 }, BUSY);
  assert.ok(fps >= 15 && frozen_s <= 3, `${fps} fps, frozen for ${frozen_s} s`);
});

test('UDP blocked: a player that knows no ICE over TCP gives up, and is forgotten', { skip }, async () => {
  assert.match(await watched({ delayMs: 2, block: ['udp'] }), /TimeoutError/);
});
