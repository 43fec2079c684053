/** Another WebRTC stack than the browser's, aiortc, over lines of all sorts: no courtesy of Chromium's counts. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { SMALL_STREAM } from './lib/fixture.mjs';
import { Network } from './lib/network.mjs';
import { repository } from './lib/paths.mjs';

const PYTHON = process.env.PLAYER_PYTHON;
const skip = PYTHON ? Network.unavailable() : 'PLAYER_PYTHON, with aiortc, is not set';
const WATCH = join(repository, 'tests', 'whep', 'watch.py');
const SECONDS = 10;

for (const { title, line, least } of [
  { title: 'a good line', line: { delayMs: 2 }, least: { fps: 25, frozen_s: 0.5 } },
  { title: '50 ms each way, 2 % lost', line: { delayMs: 50, lossPercent: 2, seed: 1 }, least: { fps: 20, frozen_s: 2 } },
  { title: '2 Mbit/s, 50 ms, 5 % lost', line: { delayMs: 50, lossPercent: 5, rateBps: 2e6, queueMs: 300, seed: 1 }, least: { fps: 12, frozen_s: 4 } },
  { title: 'UDP is blocked', line: { delayMs: 2, block: ['udp'] }, least: null },
]) {
  test(`${title}: ${least ? 'it plays' : 'it is told why not'}`, { skip }, async () => {
    const network = await Network.start(line);
    let daemon;
    try {
      daemon = await network.daemon({ name: 'stranger', env: SMALL_STREAM });
      const player = network.spawnInside('client', [PYTHON, '-W', 'ignore', WATCH, `${daemon.pageOrigin}/api/sessions/default/whep`, String(SECONDS)], { stdio: ['ignore', 'pipe', 'pipe'] });
      const [out, errors] = [[], []];
      player.stdout.on('data', (part) => out.push(part));
      player.stderr.on('data', (part) => errors.push(part));
      await once(player, 'exit');
      if (!least) return assert.match(Buffer.concat(errors).toString(), /TimeoutError/);
      const told = JSON.parse(Buffer.concat(out).toString() || 'null');
      assert.ok(told, Buffer.concat(errors).toString());
      console.log(`${title}: ${JSON.stringify(told)}`);
      assert.ok(told.fps >= least.fps && told.frozen_s <= least.frozen_s, JSON.stringify(told));
    } finally {
      await daemon?.stop();
      await network.stop();
    }
  });
}
