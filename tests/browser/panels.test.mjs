/** Each panel of the page, against the daemon that it shows: on a desktop and a phone, in light and dark. */

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { daemonAndBrowser, SMALL_STREAM } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';
import { Viewer } from './lib/viewer.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** A name that is a program where names are taken for markup. */
const HOSTILE = '&lt;img src=x onerror=window.hacked=1&gt;';
const hostile = '<img src=x onerror=window.hacked=1>';
const MANY = 500;

const SCENE = `<mujoco model="${HOSTILE}"><option timestep="0.002"/><worldbody><light pos="0 0 3"/>
  <geom name="floor" type="plane" size="4 4 .1" group="2"/><camera name="${HOSTILE}" pos="0 -3 1" xyaxes="1 0 0 0 .3 1"/>
  <body name="${HOSTILE}" pos="0 0 1"><joint name="shoulder" axis="0 1 0" range="-90 90" limited="true"/>
    <geom type="capsule" fromto="0 0 0 .4 0 0" size=".05"/><site name="tip" pos=".4 0 0"/></body>
  <body name="slider" pos="0 1 1"><joint name="rail" type="slide" axis="1 0 0"/><geom size=".1"/></body>
  </worldbody><actuator><position name="${HOSTILE}" joint="shoulder" kp="5" ctrlrange="-1 1" ctrllimited="true"/>
  <motor name="push" joint="rail" gear="3"/></actuator>
  <sensor><jointpos name="angle" joint="shoulder"/><framepos name="where" objtype="site" objname="tip"/></sensor>
  <keyframe><key name="${HOSTILE}" qpos="0.5 0.25"/></keyframe></mujoco>`;

const joints = Array.from({ length: MANY }, (_, i) => `<body pos="${i % 25} ${Math.floor(i / 25)} 1"><joint name="j${i}" axis="0 1 0" damping="1"/><geom size=".1"/></body>`);
const motors = Array.from({ length: MANY }, (_, i) => `<motor name="m${i}" joint="j${i}" ctrlrange="-1 1"/>`);
const CROWD = `<mujoco model="crowd"><option gravity="0 0 0"><flag contact="disable"/></option><worldbody>${joints.join('')}</worldbody>
  <actuator>${motors.join('')}</actuator></mujoco>`;

const recordings = mkdtempSync(join(tmpdir(), 'mjcast-panels-'));
const shared = daemonAndBrowser('panels', { scene: SCENE, env: { ...SMALL_STREAM, MJCAST_RECORDING__DIR: recordings } });

/** Opens a viewer with these sections open, and hands it and a finder of sections to `body`. */
async function withPanels(sections, body, { size = DESKTOP, scheme = 'dark', query = '' } = {}) {
  const script = `localStorage.setItem('mjcast.dock', 'open'); localStorage.getItem('mjcast.sections') ?? localStorage.setItem('mjcast.sections', '${sections}');
    localStorage.setItem('mjcast.theme', '${scheme}');`;
  const viewer = await Viewer.open(shared.browser, shared.daemon, { ...size, script, query });
  try {
    await viewer.untilLive();
    const section = (id) => viewer.page.locator(`#section-${id}`);
    await body(viewer, section);
    assert.equal(await viewer.page.evaluate(() => window.hacked), undefined, 'a name was taken for markup');
    assert.deepEqual(viewer.complaints, []);
  } catch (error) {
    await viewer.screenshot('panels-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

const stageOf = (page) => page.locator('#stage').boundingBox();
const control = async (path) => (await shared.daemon.get(`/api/sessions/default/${path}`)).body;
const load = () => shared.daemon.load(SCENE);

test('sliders set controls, show live values and keep to the limits', async () => {
  await load();
  await withPanels('controls', async (viewer, section) => {
    const panel = section('controls');
    const slider = panel.getByRole('slider', { name: hostile });
    await slider.waitFor();
    await slider.focus();
    await viewer.page.keyboard.press('End');
    await until('the control is at its limit', async () => (await control('ctrl')).ctrl[hostile].value === 1);
    const field = panel.getByLabel(`${hostile}, rad`);
    await field.fill('0,25');
    await field.press('Enter');
    await until('the typed control', async () => (await control('ctrl')).ctrl[hostile].value === 0.25);
    await panel.getByRole('button', { name: 'rad: unit of angles' }).click();
    await until('degrees', async () => (await panel.getByLabel(`${hostile}, °`).inputValue()).startsWith('14.3'));
    assert.match(await panel.innerText(), /motor × 3/);

    // Somebody else's change shows.
    await viewer.command('set_ctrl', { name: 'push', value: 0.5 });
    await until('a live value', async () => Number(await panel.getByLabel('push, N').inputValue()) === 0.5);
    await panel.getByRole('button', { name: 'Set all controls to zero' }).click();
    await until('zero', async () => Object.values((await control('ctrl')).ctrl).every(({ value }) => value === 0));
    await panel.getByLabel('Filter actuators').fill('push');
    assert.equal(await panel.getByRole('slider').count(), 1);
  });
});

test('joints are moved while time stands', async () => {
  await load();
  await withPanels('controls', async (viewer, section) => {
    const panel = section('controls');
    await panel.getByRole('radio', { name: /^Joints/ }).click();
    const slider = panel.getByRole('slider', { name: 'rail' });
    await slider.waitFor();
    assert.ok(await slider.isDisabled(), 'physics and hand would fight');
    await panel.getByRole('button', { name: 'Pause to move them' }).click();
    await viewer.untilState('paused', (s) => s.paused === true);
    const field = panel.getByLabel('rail, m');
    await field.fill('0.75');
    await field.press('Enter');
    await viewer.untilState('the joint is there', (s) => s.qpos[1] === 0.75);
    await panel.getByRole('button', { name: 'Put all joints into the default pose' }).click();
    await viewer.untilState('the default pose', (s) => s.qpos.every((q) => q === 0));
  });
});

test('free and ball joints are put where they are typed, and back', async () => {
  await shared.daemon.load(`<mujoco model="loose"><option gravity="0 0 0"/><worldbody><geom type="plane" size="2 2 .1"/>
    <body pos="0 0 1"><freejoint name="${HOSTILE}"/><geom size=".1 .2 .3" type="box"/></body>
    <body name="arm" pos="1 0 1"><joint name="socket" type="ball"/><geom size=".1" fromto="0 0 0 .3 0 0" type="capsule"/></body>
    </worldbody></mujoco>`);
  await withPanels('controls,cameras', async (viewer, section) => {
    const panel = section('controls');
    await panel.getByRole('radio', { name: /^Joints/ }).click();
    await panel.getByRole('button', { name: `Pose of ${hostile}` }).click();
    const pose = panel.getByRole('region', { name: `Pose of ${hostile}` });
    assert.ok(await pose.getByLabel('Position x, m').isDisabled(), 'physics and hand would fight');
    await panel.getByRole('button', { name: 'Pause to move them' }).click();
    await viewer.untilState('paused', (s) => s.paused === true);
    const type = async (label, value) => {
      const field = pose.getByLabel(label);
      await field.fill(value);
      await field.press('Enter');
    };
    const near = (a, b) => a.length === b.length && a.every((v, i) => Math.abs(v - b[i]) < 1e-6);
    await type('Position z, m', '2.5');
    await viewer.untilState('the height', (s) => near(s.qpos.slice(0, 3), [0, 0, 2.5]));
    await panel.getByRole('button', { name: 'rad: unit of angles' }).click();
    await type('Turned about z, °', '90');
    await viewer.untilState('turned', (s) => near(s.qpos.slice(3, 7), [Math.SQRT1_2, 0, 0, Math.SQRT1_2]));
    await viewer.screenshot('panels-pose');
    await pose.getByRole('button', { name: /into its default pose/ }).click();
    await viewer.untilState('back', (s) => near(s.qpos.slice(0, 7), [0, 0, 1, 1, 0, 0, 0]));

    await panel.getByRole('button', { name: 'Pose of socket' }).click();
    const ball = panel.getByRole('region', { name: 'Pose of socket' });
    assert.equal(await ball.getByLabel('Position x, m').count(), 0);
    await ball.getByLabel('Turned about x, °').fill('-90');
    await ball.getByLabel('Turned about x, °').press('Enter');
    await viewer.untilState('the ball joint', (s) => near(s.qpos.slice(7), [Math.SQRT1_2, -Math.SQRT1_2, 0, 0]));

    // A body without a name is tracked by its number.
    await section('cameras').getByRole('combobox', { name: 'Track a body' }).selectOption('body 1');
    await viewer.untilState('tracking', (s) => s.camera.tracks === 1);
    assert.equal(await section('cameras').getByRole('combobox', { name: 'Track a body' }).inputValue(), '1');
  });
});

test('five hundred actuators are a screenful of rows, and scroll', async () => {
  await shared.daemon.load(CROWD);
  await withPanels('controls', async (viewer, section) => {
    const panel = section('controls');
    await panel.getByRole('list', { name: `Actuators, ${MANY}` }).waitFor();
    const list = panel.locator('.control-list');
    assert.ok((await panel.getByRole('slider').count()) < 30, 'all are drawn');
    const busy = await list.evaluate(async (element) => {
      let longest = 0;
      let last = performance.now();
      for (let step = 0; step < 40; step += 1) {
        element.scrollTop = (element.scrollHeight * step) / 40;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
      }
      element.scrollTop = element.scrollHeight;
      return longest;
    });
    assert.ok(busy < 1_000, `a frame took ${busy} ms`);
    const last = panel.getByRole('slider', { name: `m${MANY - 1}`, exact: true });
    await last.waitFor();
    await last.focus();
    await viewer.page.keyboard.press('Home');
    await until('the last is set', async () => (await control('ctrl')).ctrl[`m${MANY - 1}`].value === -1);
  });
});

test('keyframes are saved under a name and gone to', async () => {
  await load();
  await withPanels('keyframes', async (viewer, section) => {
    const panel = section('keyframes');
    await viewer.command('pause');
    await panel.getByRole('button', { name: `Go to ${hostile}` }).click();
    await viewer.untilState('at the keyframe', (s) => s.qpos[0] === 0.5 && s.qpos[1] === 0.25);
    await viewer.command('set_qpos', { index: 1, value: 0.125 });
    await viewer.untilState('moved', (s) => s.qpos[1] === 0.125);
    await panel.getByLabel('Name of the keyframe').fill('<b>mine</b>');
    await panel.getByRole('button', { name: 'Save' }).click();
    const saved = panel.getByRole('button', { name: 'Go to <b>mine</b>' });
    await saved.waitFor();
    await viewer.command('reset');
    await viewer.untilState('reset', (s) => s.qpos[1] === 0);
    await saved.click();
    await viewer.untilState('at the saved one', (s) => s.qpos[1] === 0.125);
  });
});

test('cameras are chosen, typed, tracked and copied', async () => {
  await load();
  await withPanels('cameras', async (viewer, section) => {
    const panel = section('cameras');
    await panel.getByRole('radio', { name: hostile }).click();
    await viewer.untilState('the model camera', (s) => s.camera.name === hostile && s.camera.azimuth === undefined);
    await panel.getByRole('radio', { name: 'Free camera' }).click();
    const distance = panel.getByLabel('Distance');
    await distance.fill('4.5');
    await distance.press('Enter');
    await viewer.untilState('the distance', (s) => s.camera.distance === 4.5);
    await panel.getByRole('combobox', { name: 'Track a body' }).selectOption('slider');
    await viewer.untilState('tracking', (s) => s.camera.name === 'slider');
    await panel.getByRole('combobox', { name: 'Track a body' }).selectOption('none');
    await viewer.untilState('free again', (s) => s.camera.name === undefined);
    await panel.getByRole('button', { name: 'Copy as MJCF' }).click();
    const text = await panel.getByLabel('Camera as MJCF').inputValue();
    assert.match(text, /^<camera name="view" pos="[-\d. ]+" xyaxes="[-\d. ]+"\/>$/);
    const xml = `<mujoco><worldbody>${text}</worldbody></mujoco>`;
    assert.equal((await shared.daemon.post('/api/sessions/default/scene/validate', { xml })).body.valid, true);
  });
});

test('flags and groups are one for all, drawing is for each, and keys do the same', async () => {
  await load();
  await withPanels('view', async (viewer, section) => {
    const panel = section('view');
    const joints = panel.getByRole('switch', { name: 'Joints', exact: true });
    await joints.waitFor();
    await withPanels('view', async (other, theirs) => {
      await joints.click();
      await until('the other sees it', () => theirs('view').getByRole('switch', { name: 'Joints', exact: true }).isChecked());
      await panel.getByRole('switch', { name: 'Wireframe' }).click();
      await until('drawn', () => panel.getByRole('switch', { name: 'Wireframe' }).isChecked());
      assert.equal(await theirs('view').getByRole('switch', { name: 'Wireframe' }).isChecked(), false);
    });
    const group = panel.getByRole('button', { name: 'Geoms of group 2, 1' });
    assert.equal(await group.getAttribute('aria-pressed'), 'true');
    const { page } = viewer;
    const stage = page.locator('#stage');
    await stage.focus();
    await page.keyboard.press('2');
    await until('the group is hidden', async () => (await group.getAttribute('aria-pressed')) === 'false');
    await page.keyboard.press('j');
    await until('joints are hidden', async () => !(await joints.isChecked()));
    await page.keyboard.press('F7');
    await until('labels', async () => (await panel.getByLabel('Labels').inputValue()) === 'BODY');

    // Not while somebody types, and not when they are turned off.
    await page.locator('#freestyle-command-input').evaluate((input) => input.closest('section').querySelector('button').click());
    await page.locator('#freestyle-command-input').fill('jjj');
    assert.equal(await joints.isChecked(), false);
    await panel.getByRole('switch', { name: /^Keys of simulate/ }).click();
    await stage.focus();
    await page.keyboard.press('j');
    await page.keyboard.press('.');
    await viewer.untilMoreFrames(2).catch(() => undefined);
    assert.equal(await joints.isChecked(), false);
  });
});

test('physics options change between steps, refuse nonsense, and are part of the history', async () => {
  await load();
  await withPanels('physics,log', async (viewer, section) => {
    const panel = section('physics');
    const step = panel.getByLabel('Time step');
    await until('told', async () => (await step.inputValue()) === '0.002');
    await viewer.command('pause');
    const { tick } = await viewer.untilState('paused', (s) => s.paused === true);
    await viewer.command('step', { steps: 50 });
    await viewer.untilState('stepped', (s) => s.tick === tick + 50);
    await step.fill('0.004');
    await step.press('Enter');
    await until('the step is longer', async () => (await control('options')).timestep === 0.004);
    await panel.getByLabel('Integrator').selectOption('implicitfast');
    const down = panel.getByLabel('Gravity, m/s², z');
    await down.fill('-1.62');
    await down.press('Enter');
    await until('the moon', async () => (await control('options')).gravity[2] === -1.62);
    assert.equal((await control('options')).integrator, 'implicitfast');
    await panel.getByText('What is computed').click();
    await panel.getByRole('switch', { name: 'Contacts', exact: true }).click();
    await until('no contacts', async () => (await control('options')).flags.contact === false);

    await step.fill('-1');
    await step.press('Enter');
    await viewer.page.getByText("'timestep' must be within 0.000001 and 1").first().waitFor();
    await until('the old one again', async () => (await step.inputValue()) === '0.004');
    await until('the log tells', async () => /set_options gravity \(0, 0, -1.62\)/.test(await section('log').innerText()));

    await viewer.command('step', { steps: 50 });
    await viewer.untilState('stepped on', (s) => s.tick === tick + 100);
    await viewer.command('seek', { tick: tick + 20 });
    await until('as it was before', async () => (await step.inputValue()) === '0.002');
    await viewer.command('seek', { tick: tick + 100 });
    await until('as it was after', async () => (await step.inputValue()) === '0.004');
    const refused = await fetch(`${shared.daemon.origin}/api/sessions/default/options`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ gravity: [0, 0], timestep: 0.01 }),
    });
    assert.equal(refused.status, 400);
    assert.equal((await control('options')).timestep, 0.004, 'half of what was refused was done');
  });
});

test('plots follow sensors, solver and energy', async () => {
  await load();
  await withPanels('plots', async (viewer, section) => {
    const panel = section('plots');
    await panel.locator('canvas').nth(3).waitFor();
    await panel.getByLabel('Sensor').selectOption({ label: 'where · framepos' });
    await until('three lines', async () => (await panel.locator('#plot-sensors .legend-item').count()) === 3);
    await until('a value', async () => /\d/.test(await panel.locator('#plot-sensors .legend-item .number').first().innerText()));
    const inked = () =>
      panel.locator('canvas').nth(1).evaluate((canvas) => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size);
    await until('something is drawn', async () => (await inked()) > 5);
    await viewer.page.locator('#stage').focus();
    await viewer.page.keyboard.press('F4');
  });
});

test('recordings are made, played, fetched and deleted', async () => {
  await load();
  await withPanels('recordings', async (viewer, section) => {
    const panel = section('recordings');
    await panel.getByLabel('Name of the recording').fill(hostile);
    await panel.getByRole('button', { name: 'Record' }).click();
    await panel.getByRole('button', { name: `Stop ${hostile}` }).waitFor();
    await until('some of it', async () => (await control('recordings')).recordings[0].frames > 10);
    await panel.getByRole('button', { name: `Stop ${hostile}` }).click();
    await panel.getByRole('button', { name: `Play ${hostile}` }).click();
    await until('it plays', () => panel.locator('video').evaluate((video) => video.readyState >= 2 && video.videoWidth > 0));
    const fetched = viewer.page.waitForEvent('download');
    await panel.getByRole('link', { name: 'Download' }).click();
    assert.match((await fetched).suggestedFilename(), /\.mp4$/);
    await panel.getByRole('button', { name: `Delete ${hostile}` }).click();
    assert.equal((await control('recordings')).recordings.length, 1, 'it went at the first press');
    await panel.getByRole('button', { name: `Really delete: ${hostile}` }).click();
    await until('it is gone', async () => (await control('recordings')).recordings.length === 0);
    const picture = viewer.page.waitForEvent('download');
    await panel.getByRole('button', { name: 'Save a picture' }).click();
    assert.match((await picture).suggestedFilename(), /\.png$/);
  });
});

test('sessions are made, renamed, opened and ended', async () => {
  await load();
  await withPanels('sessions', async (viewer, section) => {
    const panel = section('sessions');
    await panel.getByRole('heading', { name: /in control|Nobody/ }).waitFor();
    await panel.getByLabel('Name of a new session').fill(hostile);
    await panel.getByLabel('Its first scene').selectOption('pendulum');
    await panel.getByRole('button', { name: 'Create' }).click();
    await panel.getByRole('link', { name: `Open ${hostile}` }).waitFor();
    await panel.getByRole('button', { name: `Rename ${hostile}` }).click();
    await panel.getByLabel('New name').fill('second');
    await panel.getByLabel('New name').press('Enter');
    const open = panel.getByRole('link', { name: 'Open second' });
    await open.waitFor();
    await open.click();
    await viewer.untilLive();
    await until('the other session', async () => /session=/.test(viewer.page.url()) && (await panel.innerText()).includes('second'));
    await withPanels('sessions', async (_first, theirs) => {
      const list = theirs('sessions');
      await list.getByRole('button', { name: 'End second' }).click();
      await list.getByRole('button', { name: 'Really end: second' }).click();
      await until('it has ended', async () => (await shared.daemon.get('/api/sessions')).body.sessions.length === 1);
    });
  });
});

test('what old scripts know the page by is there', async () => {
  await load();
  const ids = ['remote-video', 'connection-status', 'reset-camera-btn', 'fullscreen-btn', 'start-sim-btn', 'pause-sim-btn',
    'reset-sim-btn', 'event-log', 'freestyle-command-input', 'execute-command-btn'];
  const viewer = await Viewer.open(shared.browser, shared.daemon, DESKTOP);
  try {
    await viewer.untilLive();
    const { page } = viewer;
    for (const id of ids) await until(id, async () => (await page.locator(`#${id}`).count()) === 1);
    await page.evaluate(() => document.getElementById('pause-sim-btn').click());
    await viewer.untilState('paused', (s) => s.paused === true);
    await page.evaluate(() => document.getElementById('start-sim-btn').click());
    await viewer.untilState('running', (s) => s.paused === false);
    const outcome = await page.evaluate(() => window.executeFreestyleCommand('please pause'));
    assert.deepEqual([outcome.ok, outcome.did], [true, ['pause']]);
    await viewer.untilState('paused in words', (s) => s.paused === true);
    await page.evaluate(() => {
      document.getElementById('freestyle-command-input').value = 'dance <img src=x onerror=window.hacked=1>';
      document.getElementById('execute-command-btn').click();
    });
    await until('the refusal is in the log', async () => (await page.locator('#event-log').textContent()).includes('not understood'));
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  } finally {
    await viewer.close();
  }
});

for (const [size, name] of [[DESKTOP, 'desktop'], [PHONE, 'phone']]) {
  for (const scheme of ['light', 'dark']) {
    test(`every section opens on a ${name} in ${scheme}, and nothing lies over the picture`, async () => {
      await load();
      await withPanels('', async (viewer, section) => {
        const { page } = viewer;
        const ids = ['controls', 'keyframes', 'cameras', 'view', 'physics', 'plots', 'recordings', 'sessions', 'prompt', 'log'];
        for (const id of ids) {
          if (name === 'phone') await page.locator(`#tab-${id}`).click();
          else await page.locator(`[data-section="${id}"] .part-head button`).click();
          await until(`${id} shows`, async () => (await section(id).innerText()).trim().length > 0);
        }
        const [dock, stage] = await Promise.all(['#dock', '#stage'].map((at) => page.locator(at).boundingBox()));
        if (name === 'phone') assert.ok(stage.y + stage.height <= dock.y + 1 && stage.height > 200, JSON.stringify({ dock, stage }));
        else assert.ok(stage.x + stage.width <= dock.x + 1 && stage.width > 600, JSON.stringify({ dock, stage }));
        const beyond = await page.evaluate(() => {
          const { left, right } = document.querySelector('.dock-body').getBoundingClientRect();
          const boxes = [...document.querySelectorAll('.dock-body *:not(.sr-only)')].map((e) => [e, e.getBoundingClientRect()]);
          return boxes.filter(([, b]) => b.width > 0 && (b.left < left - 1 || b.right > right + 1)).map(([e]) => `${e.tagName}.${e.className}`).slice(0, 5);
        });
        assert.deepEqual(beyond, [], 'something is wider than its place');

        if (name === 'desktop') {
          const edge = page.getByRole('separator', { name: 'Width of the panels' });
          await edge.focus();
          for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowLeft');
          const wider = await page.locator('#dock').boundingBox();
          assert.ok(wider.width > dock.width + 80, `${wider.width} px`);
          assert.ok(Math.abs((await stageOf(page)).width + wider.width - size.width) < 2, 'the stage gives way');
        }

        // What is open is open again after a reload.
        await page.reload();
        await viewer.untilLive();
        await until('remembered', async () => (await section('log').isVisible()));
        await page.getByRole('button', { name: 'Hide the panels' }).last().click();
        await until('hidden', async () => !(await page.locator('#dock').isVisible()));
        const whole = await page.locator('#stage').boundingBox();
        assert.deepEqual([whole.width, whole.height], [size.width, size.height]);
      }, { size, scheme });
    });
  }
}
