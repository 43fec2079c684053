/**
 * How busy the page's main thread is: its time on a core, which other processes on that core do not lengthen.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser, SMALL_STREAM } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';
import { Viewer } from './lib/viewer.mjs';

const WATCHED_MS = 10_000;
const MANY = 500;
/** Share of a core that watching may take; what is measured leaves some room for slow machines. */
const MOST_BUSY = 0.05;

const joints = Array.from({ length: MANY }, (_, i) => `<body pos="${i % 25} ${Math.floor(i / 25)} 1"><joint name="j${i}" axis="0 1 0" damping="1"/><geom size=".1"/></body>`);
const motors = Array.from({ length: MANY }, (_, i) => `<motor name="m${i}" joint="j${i}" ctrlrange="-1 1"/>`);
const CROWD = `<mujoco model="crowd"><option gravity="0 0 0"><flag contact="disable"/></option><worldbody>${joints.join('')}</worldbody>
  <actuator>${motors.join('')}</actuator></mujoco>`;

const shared = daemonAndBrowser('mainthread', { scene: 'four_geoms', env: { ...SMALL_STREAM, FRAME_WIDTH: '1280', FRAME_HEIGHT: '720', FRAME_RATE: '60' } });

/** Watches the page for a while: the share of its main thread that is busy, and its longest task. */
async function watch(viewer) {
  const session = await viewer.context.newCDPSession(viewer.page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const take = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return { at_s: performance.now() / 1000, ...Object.fromEntries(metrics.map(({ name, value }) => [name, value])) };
  };
  await viewer.page.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (window.longest = Math.max(window.longest, duration)))).observe({ type: 'longtask' });
  });
  const [before, { frames }] = [await take(), await viewer.look()];
  await viewer.page.waitForTimeout(WATCHED_MS);
  const [after, now] = [await take(), await viewer.look()];
  const seconds = after.at_s - before.at_s;
  const share = (name) => (after[name] - before[name]) / seconds;
  const of = (name) => `${(100 * share(name)).toFixed(1)} %`;
  const longest_ms = await viewer.page.evaluate(() => window.longest);
  const fps = ((now.frames - frames) / seconds).toFixed(1);
  return { busy: share('TaskDuration'), longest_ms, said: `${of('TaskDuration')} busy (script ${of('ScriptDuration')}, layout ${of('LayoutDuration')}, ${after.LayoutCount - before.LayoutCount} layouts) at ${fps} fps, longest task ${longest_ms || '< 50'} ms` };
}

for (const [width, height] of [[640, 480], [1280, 720]]) {
  test(`the page is hardly busy while it streams, ${width} × ${height}`, async (context) => {
    const viewer = await Viewer.watching(shared.browser, shared.daemon, { width, height });
    await viewer.untilMoreFrames(30);
    // The parts that come after the picture.
    await viewer.page.waitForTimeout(3_000);
    const { said, busy } = await watch(viewer);
    context.diagnostic(`streaming: ${said}`);
    assert.ok(busy < MOST_BUSY, said);
    await viewer.close();
  });
}

test('500 sliders hold up nothing', async (context) => {
  await shared.daemon.load(CROWD);
  const script = `localStorage.setItem('mjcast.dock', 'open'); localStorage.setItem('mjcast.sections', 'controls');`;
  const viewer = await Viewer.open(shared.browser, shared.daemon, { width: 1280, height: 800, script });
  await viewer.untilLive();
  await until('the sliders are there', () => viewer.page.locator('#section-controls [role=slider], #section-controls input[type=range]').count());
  await viewer.untilMoreFrames(10);
  const { said, longest_ms } = await watch(viewer);
  context.diagnostic(`${MANY} actuators: ${said}`);
  assert.ok(longest_ms < 500, `a task took ${longest_ms} ms`);
  await viewer.close();
});
