/** Loading scenes: good ones reach every viewer, bad ones harm nobody. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { sceneText } from './lib/daemon.mjs';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { assertProblem } from './lib/contract.mjs';
import { contrast } from './lib/picture.mjs';
import { until } from './lib/wait.mjs';

const shared = daemonAndBrowser('scenes');
beforeEach(() => shared.daemon.load('four_geoms'));

test('a scene loaded by a route reaches the page', () =>
  shared.withViewers(2, async (...viewers) => {
    for (const viewer of viewers) await viewer.mark();
    // What came before told of the scene that was met on joining.
    const seen = viewers.map((viewer) => viewer.received.length);
    await shared.daemon.load('other');
    for (const [i, viewer] of viewers.entries()) {
      const isUpdate = (m) => m.type === 'scene_updated';
      const update = await until('the update', () => viewer.received.slice(seen[i]).find(isUpdate));
      assert.equal(update.model_name, 'other');
      assert.equal(update.xml, sceneText('other'));
      await viewer.untilMoreFrames(10);
      assert.deepEqual(await viewer.unbroken(), { page: true, connection: true });
    }
    const { body } = await shared.daemon.get('/api/scene/current');
    assert.deepEqual(body, { success: true, xml: sceneText('other') });
    assert.equal((await shared.daemon.stats()).simulation_state.mujoco.model_name, 'other');
  }));

const LINE = 5;
const REFUSED = {
  'a wrong element': {
    xml: '<mujoco model="bad">\n  <worldbody>\n    <geom type="sphere" size="1"/>\n    <!-- -->\n    <sphere/>\n  </worldbody>\n</mujoco>',
    says: new RegExp(`sphere[^]*\\bline ${LINE}\\b|\\bline ${LINE}\\b[^]*sphere`, 'i'),
  },
  'a wrong attribute': {
    xml: '<mujoco>\n  <worldbody>\n\n\n    <geom type="sphere" size="1" colour="red"/>\n  </worldbody>\n</mujoco>',
    says: new RegExp(`colour[^]*\\bline ${LINE}\\b|\\bline ${LINE}\\b[^]*colour`, 'i'),
  },
  'an unclosed element': { xml: '<mujoco><worldbody>', says: /./ },
  'a negative size': { xml: '<mujoco>\n<worldbody>\n<geom type="sphere" size="-1"/>\n</worldbody>\n</mujoco>', says: /size/i },
  'no XML at all': { xml: 'a ball on a table', says: /./ },
  'nothing': { xml: '', says: /empty/i },
};

for (const [what, { xml, says }] of Object.entries(REFUSED)) {
  test(`${what} is refused in MuJoCo's words and the running scene is unharmed`, () =>
    shared.withViewers(1, async (viewer) => {
      await viewer.mark();
      const { time } = await shared.daemon.simulation();
      const refused = await shared.daemon.post('/api/scene/load', { xml });
      assertProblem(refused, 400);
      assert.match(refused.body.detail, says);

      assert.equal((await shared.daemon.get('/api/scene/current')).body.xml, sceneText('four_geoms'));
      await viewer.untilMoreFrames(15);
      const later = await shared.daemon.simulation();
      assert.ok(later.time > time && later.is_running, `time went from ${time} to ${later.time}`);
      assert.deepEqual(await viewer.unbroken(), { page: true, connection: true });
      assert.equal(viewer.received.filter((m) => m.type === 'scene_updated' && m.xml === xml).length, 0);
    }));
}

test('a preset that does not exist is refused by its name', async () => {
  const refused = await shared.daemon.post('/api/scene/load', { preset: 'no-such-preset' });
  assert.ok([400, 404].includes(refused.status), `status ${refused.status}`);
  assertProblem(refused, refused.status);
  assert.match(refused.body.detail, /no-such-preset/);
});

test('every preset loads and moves', () =>
  shared.withViewers(1, async (viewer) => {
    const { presets } = (await shared.daemon.get('/api/scene/presets')).body;
    assert.ok(presets.length >= 8, `${presets.length} presets`);
    for (const { id, name } of presets) {
      const loaded = await shared.daemon.post('/api/scene/load', { preset: id });
      assert.equal(loaded.status, 200, `${id}: ${JSON.stringify(loaded.body)}`);
      await viewer.untilState(`${name} moving`, (s) => s.paused === false && s.time > 0.2);
      await viewer.untilMoreFrames(10);
      assert.ok(contrast(await viewer.picture()) > 5, `${name} shows nothing`);
    }
    assert.deepEqual(viewer.complaints, []);
  }));

test('the menu loads a preset with a click', () =>
  shared.withViewers(1, async (viewer) => {
    const { presets } = (await shared.daemon.get('/api/scene/presets')).body;
    const preset = presets.at(-1);
    await viewer.page.getByRole('button', { name: /Scenes$/ }).click();
    const row = viewer.page.locator('button.preset').filter({ has: viewer.page.getByText(preset.name, { exact: true }) });
    const seen = viewer.received.length;
    await row.click();
    await until('the update', () => viewer.received.slice(seen).some((m) => m.type === 'scene_updated' && m.model_name));
    const { body } = await shared.daemon.get('/api/scene/current');
    assert.notEqual(body.xml, sceneText('four_geoms'));
    await viewer.page.getByRole('button', { name: `${preset.name} Scenes` }).waitFor();
    await viewer.untilMoreFrames(10);
    assert.deepEqual(viewer.complaints, []);
  }));

test('play, pause and reset work by the page\'s buttons', () =>
  shared.withViewers(1, async (viewer) => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await viewer.untilState('paused', (s) => s.paused === true);
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await viewer.untilState('time 0', (s) => s.time === 0);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await viewer.untilState('running', (s) => s.paused === false && s.time > 0.2);
  }));
