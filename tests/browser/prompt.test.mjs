/** Words to scenes in the page: shown before they run, applied, refused with their words, taken back. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { sceneText } from './lib/daemon.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const shared = daemonAndBrowser('prompt');
beforeEach(() => shared.daemon.load('four_geoms'));

const running = async () => (await shared.daemon.get('/api/scene/current')).body.xml;

const DESKTOP = { width: 1280, height: 800 };
const OPEN = "localStorage.setItem('mjcast.dock', 'open'); localStorage.setItem('mjcast.sections', 'prompt');";

/** A viewer with the section open, handed to `body` with what says words there. */
async function withPrompt(body) {
  const viewer = await Viewer.open(shared.browser, shared.daemon, { ...DESKTOP, script: OPEN });
  const { page } = viewer;
  try {
    await viewer.untilLive();
    const say = async (words, button = '#execute-command-btn') => {
      await until('the box is free', () => page.locator(button).isEnabled());
      await page.locator('#freestyle-command-input').fill(words);
      await page.locator(button).click();
    };
    await body({ viewer, page, say });
  } catch (error) {
    await viewer.screenshot('prompt-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

test('a scene in words runs, is changed in words, and is taken back', () =>
  withPrompt(async ({ viewer, page, say }) => {
    await viewer.mark();
    await say('a stack of three red cubes');
    await until('the scene', async () => (await running()).includes('cube_3'));
    await page.getByText('3 red cubes in a stack').waitFor();
    await say('make them blue');
    await until('the change', async () => (await running()).includes('name="blue"'));
    await page.locator('#undo-scene-btn').click();
    await until('the scene before', async () => (await running()).includes('name="red"'));
    await viewer.untilMoreFrames(5);
    assert.deepEqual(await viewer.unbroken(), { page: true, connection: true });
  }));

test('control words work in the box, and a second scene takes the place of the first', () =>
  withPrompt(async ({ page, say }) => {
    await say('a red ball on a table and a chair beside it');
    await until('the scene', async () => (await running()).includes('<body name="chair"'));
    await say('pause');
    await page.locator('.outcome-said', { hasText: 'The simulation is paused.' }).waitFor();
    const time = async () => (await shared.daemon.get('/api/stats')).body.simulation_state.simulation.time;
    const before = await time();
    await say('step 10');
    await until('the steps', async () => (await time()) > before);
    await say('a blue box on a table and a chair beside it');
    await until('the other scene', async () => (await running()).includes('<body name="box"'));
    assert.ok(!(await running()).includes('<body name="sphere"'));
  }));

test('a scene is looked at before it runs', () =>
  withPrompt(async ({ page, say }) => {
    await say('a ball on a table', '#preview-scene-btn');
    await page.locator('#apply-scene-btn').waitFor();
    assert.equal(await running(), sceneText('four_geoms'));
    await page.locator('#section-prompt').getByRole('button', { name: 'Changes' }).click();
    await page.locator('.editor .diff-line-come').first().waitFor();
    await page.locator('#apply-scene-btn').click();
    await until('the scene', async () => (await running()).includes('<body name="table"'));
  }));

test('words that are not known are marked, and change nothing', () =>
  withPrompt(async ({ page, say }) => {
    await say('a unicorn on a table');
    const mark = page.locator('.outcome-bad mark');
    await mark.waitFor();
    assert.equal(await mark.textContent(), 'unicorn');
    assert.equal(await running(), sceneText('four_geoms'));
  }));

test('hostile words are text', () =>
  withPrompt(async ({ page, say }) => {
    const hostile = 'a red <img src=x onerror="window.hacked=1"> ball --> <script>window.hacked=1</script>';
    await say(hostile);
    await page.locator('.outcome-bad').waitFor();
    assert.ok((await page.locator('.outcome-asked').textContent()).includes('<img src=x'));
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator('.outcome img').count(), 0);
    assert.equal(await running(), sceneText('four_geoms'));
  }));
