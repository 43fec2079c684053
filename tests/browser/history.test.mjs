/** Back through the history of a simulation, and hands on the bodies of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { psnr } from './lib/picture.mjs';
import { until } from './lib/wait.mjs';

const WINDOW = { width: 900, height: 640 };
/** Another moment of the scene is less like the first than this. */
const CHANGED_DB = 28;
/** The same moment, encoded anew. */
const SAME_DB = 30;
/** Straight at the torso of the humanoid where it begins. */
const AT_HUMANOID = { azimuth: 170, elevation: -10, distance: 3, lookat: [0, 0, 1.2] };

const shared = daemonAndBrowser('history', { scene: 'four_geoms' });

test('a paused simulation goes back, on and to now again', () =>
  anew(
    1,
    async (viewer) => {
      const { page } = viewer;
      await viewer.untilState('a past', (s) => !s.paused && s.time > 1.5);
      assert.equal(await page.locator('#history').count(), 0, 'the timeline hides while time passes');
      await page.locator('#history-handle').click();
      const { time: paused, history } = await viewer.untilState('paused', (s) => s.paused === true);
      const slider = page.getByRole('slider', { name: 'Place in the history' });
      await slider.waitFor();
      const now = await viewer.stillPicture();

      const box = await slider.boundingBox();
      await page.mouse.move(box.x + box.width - 10, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 10 });
      await page.mouse.up();
      const back = await viewer.untilState('an earlier time', (s) => s.paused && s.time < paused - 0.3 && s.history.cursor !== null);
      assert.equal(back.history.last, history.last, 'going back forgot what comes after');
      assert.match(await slider.getAttribute('aria-valuetext'), /s back$/);
      const likeness = psnr(now, await viewer.stillPicture());
      assert.ok(likeness < CHANGED_DB, `going back hardly changed the picture: ${likeness} dB`);

      await page.locator('#now-btn').click();
      await viewer.untilState('the end again', (s) => s.tick === history.last && s.time === paused);
      const again = psnr(now, await viewer.stillPicture());
      assert.ok(again >= SAME_DB, `the end looks otherwise than before: ${again} dB`);
      assert.deepEqual(viewer.complaints, []);
    },
    WINDOW,
  ));

test('buttons and keys go step by step', () =>
  anew(
    1,
    async (viewer) => {
      const { page } = viewer;
      await viewer.untilState('a past', (s) => !s.paused && s.time > 0.5);
      await page.locator('#toggle-sim-btn').click();
      const { tick } = await viewer.untilState('paused', (s) => s.paused === true);
      const at = (wanted) => viewer.untilState(`step ${wanted}`, (s) => s.paused && s.tick === wanted);

      await page.locator('#step-back-btn').click();
      await at(tick - 1);
      await page.locator('#step-on-btn').click();
      await at(tick);
      await page.locator('#step-on-btn').click();
      await at(tick + 1);

      await page.locator('#stage').focus();
      await page.keyboard.press('ArrowLeft');
      await at(tick);
      await page.keyboard.press('ArrowRight');
      await at(tick + 1);

      await page.locator('#history-slider').focus();
      await page.keyboard.press('ArrowLeft');
      await at(tick);
      await page.keyboard.press('Home');
      const { history } = await viewer.untilState('the beginning', (s) => s.tick === s.history.first);
      await page.keyboard.press('End');
      await at(history.last);
    },
    WINDOW,
  ));

test('another sees the timeline move, and is told whose turn it is', () =>
  anew(
    2,
    async (first, second) => {
      await first.untilState('a past', (s) => !s.paused && s.time > 1);
      await first.command('request_control');
      await first.command('pause');
      await second.untilState('paused', (s) => s.paused === true);
      const slider = second.page.locator('#history-slider');
      await slider.waitFor();
      const end = Number(await slider.inputValue());
      await first.command('seek', { steps: -100 });
      await until('the slider has moved', async () => Number(await slider.inputValue()) === end - 100);

      await slider.focus();
      await second.page.keyboard.press('Home');
      await second.page.locator('.toast-turn').waitFor();
      await until('the slider is back', async () => Number(await slider.inputValue()) === end - 100);
      await first.command('release_control');
    },
    WINDOW,
  ));

test('a double click selects a body, and a pull moves it while paused', () =>
  shared.withViewers(
    1,
    async (viewer) => {
      const { page } = viewer;
      await viewer.command('load_preset', { id: 'humanoid' });
      await viewer.untilState('another scene', (s) => s.qpos.length > 7);
      await viewer.command('stop');
      await viewer.untilState('the beginning', (s) => s.paused && s.time === 0);
      await viewer.setCamera(AT_HUMANOID);
      const before = await viewer.stillPicture();
      const [x, y] = [WINDOW.width / 2, WINDOW.height / 2];
      await page.mouse.dblclick(x, y);
      const { selected, qpos } = await viewer.untilState('a selected body', (s) => s.selected !== null);
      assert.ok(selected.body > 0 && selected.name.length > 0, JSON.stringify(selected));
      await page.locator('#selection').getByText(selected.name, { exact: true }).waitFor();

      await page.keyboard.down('Control');
      await page.mouse.move(x, y);
      await page.mouse.down({ button: 'right' });
      await page.mouse.move(x + 60, y - 80, { steps: 8 });
      await page.locator('#selection.note-held').waitFor();
      await viewer.untilState('a body moved', (s) => distance(s.qpos, qpos) > 0.1);
      await page.mouse.up({ button: 'right' });
      await page.keyboard.up('Control');
      await viewer.untilState('a body let go', (s) => s.selected?.held === false);
      const likeness = psnr(before, await viewer.stillPicture());
      assert.ok(likeness < CHANGED_DB, `the pull hardly changed the picture: ${likeness} dB`);

      await page.getByRole('button', { name: 'Select nothing' }).click();
      await viewer.untilState('nothing selected', (s) => s.selected === null);
      await page.locator('#selection').waitFor({ state: 'detached' });
      assert.deepEqual(viewer.complaints, []);
    },
    WINDOW,
  ));

/** Opens viewers of a simulation that has just begun: what the last test left behind is nobody's past. */
async function anew(...withViewers) {
  await shared.daemon.load('four_geoms');
  return shared.withViewers(...withViewers);
}

/** How far the first free joint has moved, m. */
function distance(a, b) {
  return Math.hypot(...[0, 1, 2].map((i) => a[i] - b[i]));
}
