/** The library in the page: scenes that are saved, with versions, and models in folders. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { daemonAndBrowser, SMALL_STREAM } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const PHONE = { width: 390, height: 844 };
const place = mkdtempSync(join(tmpdir(), 'mjcast-library-'));
after(() => rmSync(place, { recursive: true, force: true }));
for (const [folder, text] of Object.entries({
  red_ball: '<mujoco model="red ball"><worldbody><light pos="0 0 3"/><geom size=".3" rgba="1 .2 .2 1"/></worldbody></mujoco>',
  not_a_robot: '<mujoco model="bad"><worldbody><bad/></worldbody></mujoco>',
})) {
  mkdirSync(join(place, 'models', folder), { recursive: true });
  writeFileSync(join(place, 'models', folder, 'scene.xml'), text);
}
writeFileSync(join(place, 'models/red_ball/README.md'), `# A red ball ${HOSTILE}\n`);

const shared = daemonAndBrowser('library', {
  scene: 'four_geoms',
  env: { ...SMALL_STREAM, MJCAST_STATE__DIR: join(place, 'state'), MJCAST_LIBRARY__FOLDERS: join(place, 'models') },
});

const open = async (page, kind) => {
  await page.locator('#scenes-btn, .pop-scenes .pop-button').first().click();
  await page.getByRole('radio', { name: new RegExp(`^${kind}`) }).click();
};
const card = (page, name) => page.locator('.scene-card').filter({ has: page.getByText(name, { exact: true }) });
const names = async () => {
  const { body } = await shared.daemon.get('/api/library?kind=own');
  return body.entries.map(({ name }) => name);
};

test('a scene is saved, found, renamed, opened by version and deleted', () =>
  shared.withViewers(1, async (viewer) => {
    const { page } = viewer;
    await open(page, 'Yours');
    await page.getByText('Nothing saved yet.').waitFor();
    await page.getByLabel('Name to save this scene as').fill(HOSTILE);
    await page.keyboard.press('Enter');
    await card(page, HOSTILE).locator('img').waitFor({ timeout: 30_000 });
    assert.deepEqual(await names(), [HOSTILE]);
    assert.equal(await page.evaluate(() => window.hacked), undefined);

    await shared.daemon.load('other');
    await page.getByRole('button', { name: `More of ${HOSTILE}` }).click();
    await page.getByRole('button', { name: 'Save what runs as a version' }).click();
    await page.getByText('Version 2').waitFor();
    await page.getByLabel(`Name of ${HOSTILE}`).fill('Four things');
    await page.getByRole('button', { name: 'Rename' }).click();
    await card(page, 'Four things').waitFor();
    await page.getByRole('button', { name: 'Open version 1' }).click();
    const model = async () => (await shared.daemon.stats()).simulation_state.mujoco.model_name;
    await until('version 1', async () => (await model()) !== 'other');
    await page.getByRole('button', { name: 'Make version 1 the newest' }).click();
    await page.getByText('as version 1').waitFor();

    await page.getByLabel('Search scenes').fill('nothing of this name');
    await page.getByText('No scene matches').waitFor();
    await page.getByLabel('Search scenes').fill('four');
    await page.getByRole('button', { name: 'Delete Four things' }).click();
    await page.getByRole('button', { name: 'Really delete: Four things' }).click();
    await until('it is gone', async () => (await names()).length === 0);
    await card(page, 'Four things').waitFor({ state: 'detached' });
    assert.deepEqual(viewer.complaints, []);
  }));

test('models in folders have pictures, and load by keyboard', () =>
  shared.withViewers(1, async (viewer) => {
    const { page } = viewer;
    await open(page, 'Folders');
    await card(page, 'Red Ball').locator('img').waitFor({ timeout: 30_000 });
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    await viewer.screenshot('library-folders');
    // What cannot be drawn stays without a picture, and its refusal is MuJoCo's.
    await card(page, 'Not A Robot').locator('.preset').click();
    await page.locator('.toast').filter({ hasText: 'bad' }).waitFor();
    await page.getByLabel('Search scenes').fill('red');
    await card(page, 'Not A Robot').waitFor({ state: 'detached' });
    await page.getByLabel('Search scenes').press('ArrowDown');
    await page.getByLabel('Search scenes').focus();
    await page.keyboard.press('Enter');
    await until('it runs', async () => (await shared.daemon.stats()).simulation_state.mujoco.model_name === 'red ball');
    await open(page, 'Folders');
    await card(page, 'Red Ball').getByText('Running').waitFor();
  }));

test('all of it fits on a phone', () =>
  shared.withViewers(
    1,
    async ({ page }) => {
      await shared.daemon.post('/api/library', { name: 'A saved scene with a rather long name, as people give them' });
      await open(page, 'Yours');
      await page.getByRole('button', { name: /^More of A saved/ }).click();
      await page.getByText('Version 1').waitFor();
      const wide = await page.locator('.scenes-panel').evaluate((panel) => [...panel.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > window.innerWidth).length);
      assert.equal(wide, 0);
    },
    PHONE,
  ));
