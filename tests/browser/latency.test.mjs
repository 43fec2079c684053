/** What the page says of the way from hand to eye is what a picture shows from outside. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delays } from '../../benches/stream/delays.mjs';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';

/** The two are read off the same frames; on a busy machine some are seen one refresh of the screen earlier or later. */
const SAME_PART = 0.1;
const SAME_MS = 10;
/** Ten seconds' worth, as much as the page sums up. */
const SAMPLES = 30;

const shared = daemonAndBrowser('latency', { scene: 'four_geoms' });

const traces = (viewer) => viewer.page.evaluate(() => window.__mjcast.traces);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

for (const way of ['webrtc', 'websocket']) {
  test(`by ${way}, the page's sum from hand to eye agrees with the time until a picture differs`, () =>
    shared.withViewers(1, async (viewer) => {
      await viewer.setCamera({ elevation: -15 });
      await viewer.page.locator('.chip').click();
      await viewer.command('pause');
      await viewer.untilState('paused', (s) => s.paused === true);
      await viewer.stillPicture();
      // On a machine that is busy otherwise, a first drag may show too late to be told from none.
      const { display } = await until('the delays', () => delays(viewer, SAMPLES), { within_ms: 45_000 });
      const seen = await until('the page has the sum', async () => (await traces(viewer)).hand);
      await viewer.command('play');
      const outside = median(display);
      console.log(`hand to eye by ${way}: ${seen.median_ms.toFixed(1)} ms by stamps, ${outside.toFixed(1)} ms by pictures`);
      const apart = Math.abs(seen.median_ms - outside);
      assert.ok(apart <= Math.max(SAME_MS, SAME_PART * outside), `${seen.median_ms} and ${outside} ms`);
    }, { width: 640, height: 480, query: `?via=${way}` }));
}

test('the panel shows each stage, and nobody is told of frames when it is closed', () =>
  shared.withViewers(1, async (viewer) => {
    const chip = viewer.page.locator('.chip');
    await viewer.untilMoreFrames(10);
    assert.deepEqual(await traces(viewer), {}, 'nobody asked');
    await chip.click();
    await viewer.drag(40, 30);
    const table = viewer.page.locator('table.stages');
    await table.waitFor();
    const all = await until('a whole row of each', async () => {
      const now = await traces(viewer);
      return ['uplink', 'input', 'state', 'render', 'encode', 'send', 'network', 'decode', 'present', 'hand', 'pose']
        .every((stage) => now[stage]) && now;
    });
    for (const [stage, { median_ms, p95_ms }] of Object.entries(all)) {
      assert.ok(median_ms >= 0 && p95_ms >= median_ms && p95_ms < 5000, `${stage}: ${median_ms} and ${p95_ms} ms`);
    }
    await until('the row of the hand', async () => (await table.locator('#stage-hand td').nth(1).innerText()).endsWith('ms'));
    await viewer.screenshot('latency-panel');
    await chip.click();
    await until('they are forgotten', async () => Object.keys(await traces(viewer)).length === 0, { within_ms: 20_000 });
    assert.deepEqual(viewer.complaints, []);
  }, { width: 1000, height: 760 }));
