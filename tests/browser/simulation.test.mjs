/** Time passes as it should, and goes on after the worst. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { alive } from './lib/process.mjs';
import { until } from './lib/wait.mjs';

/** How far simulated time may drift from the wall clock. */
const DRIFT = 0.02;
const MEASURED_MS = 5_000;

const shared = daemonAndBrowser('simulation', { scene: 'four_geoms' });

for (const viewers of [0, 1, 4]) {
  test(`simulated time equals wall time with ${viewers} viewers`, () =>
    shared.withViewers(viewers, async () => {
      const ratio = await realTimeFactor();
      console.log(`${viewers} viewers: ${ratio.toFixed(4)} simulated seconds per second`);
      assert.ok(Math.abs(ratio - 1) <= DRIFT, `${ratio} simulated seconds per second`);
    }));
}

test('half speed is half the wall time', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.command('speed', { factor: 0.5 });
    await viewer.untilState('half speed', (s) => s.speed === 0.5);
    const ratio = await realTimeFactor();
    await viewer.command('speed', { factor: 1 });
    await viewer.untilState('full speed', (s) => s.speed === 1);
    assert.ok(Math.abs(ratio - 0.5) <= DRIFT, `${ratio} simulated seconds per second`);
  }));

test('pause, step, reset and play do what they say', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.command('pause');
    const { step_count: start } = await viewer.untilState('paused', (s) => s.paused === true);
    await viewer.command('step', { steps: 3 });
    await viewer.untilState('three steps later', (s) => s.paused === true && s.step_count === start + 3);
    await viewer.command('stop');
    await viewer.untilState('the beginning', (s) => s.paused === true && s.time === 0);
    await viewer.command('play');
    const { time } = await viewer.untilState('time passing', (s) => s.paused === false && s.time > 0.5);
    await viewer.command('reset');
    await viewer.untilState('time from 0, still passing', (s) => s.paused === false && s.time < time);
  }));

test('a killed worker is replaced under the viewer, who stays connected', () =>
  shared.withViewers(1, async (viewer) => {
    const { daemon } = shared;
    await viewer.untilState('some time', (s) => s.paused === false && s.time > 1);
    await viewer.mark();
    const killed = daemon.workers();
    assert.equal(killed.length, 1, `one simulation, but the workers ${killed}`);
    const { time } = await viewer.state();
    process.kill(killed[0], 'SIGKILL');

    await until('the worker is gone', () => !alive(killed[0]));
    await until('another worker', () => daemon.workers().some((pid) => !killed.includes(pid) && alive(pid)));
    await viewer.untilMoreFrames(30);
    const resumed = await viewer.untilState('time passing', (s) => s.time > time + 0.2);
    assert.ok(resumed.time < time + 15, `time leapt from ${time} to ${resumed.time}`);
    assert.deepEqual(await viewer.unbroken(), { page: true, connection: true });
    await until('the daemon is healthy', async () => (await daemon.get('/api/health')).body.status === 'healthy');
  }));

test('a restarted worker goes on from where it was', () =>
  shared.withViewers(1, async (viewer) => {
    const { daemon } = shared;
    await viewer.untilState('some time', (s) => s.time > 3);
    await viewer.command('pause');
    const { time } = await viewer.untilState('paused', (s) => s.paused === true);
    const [killed] = daemon.workers();
    process.kill(killed, 'SIGKILL');
    await until('another worker', () => daemon.workers().some((pid) => pid !== killed && alive(pid)));
    await viewer.command('play');
    const resumed = await until('time passing', async () => {
      const now = await daemon.simulation();
      return now.is_running && now.time !== time && now.time;
    });
    assert.ok(resumed > time - 1, `it went back from ${time} to ${resumed}`);
  }));

/** Simulated seconds per wall second, between two moments at which the reported time went on. */
async function realTimeFactor() {
  const first = await tick();
  await pause(MEASURED_MS);
  const last = await tick();
  return (last.time - first.time) / (last.at_s - first.at_s);
}

/** The next time that the daemon reports, and when it did: with nobody watching, that is but ten times a second. */
async function tick() {
  const { time: old } = await shared.daemon.simulation();
  return until(
    'time passing',
    async () => {
      const { time } = await shared.daemon.simulation();
      return time !== old && { time, at_s: performance.now() / 1000 };
    },
    { every_ms: 5 },
  );
}
