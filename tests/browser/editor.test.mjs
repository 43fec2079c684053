/** The scene's text in the page: written, judged, compared, applied; and models brought by hand. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { sceneText } from './lib/daemon.mjs';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { outputFolder } from './lib/paths.mjs';
import { until } from './lib/wait.mjs';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const HOSTILE = '<img src=x onerror="window.harmed=1">';
const ESCAPED = '&lt;img src=x onerror=&quot;window.harmed=1&quot;>';
const OBJ = 'v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n';
const MESHED = `<mujoco model="meshed"><asset><mesh name="part" file="meshes/a.obj"/></asset>
<worldbody><light pos="0 0 3"/><body name="${ESCAPED}"><freejoint/><geom type="mesh" mesh="part"/></body></worldbody></mujoco>
`;
const PLAIN = '<mujoco model="plain"><worldbody><geom size="1"/></worldbody></mujoco>';

const shared = daemonAndBrowser('editor', { scene: 'four_geoms' });

/** Opens a page with the editor in it; complaints of the page fail the test. */
function withEditor(body, { size = DESKTOP, count = 1, scene = 'four_geoms' } = {}) {
  return shared.withViewers(
    count,
    async (viewer, ...others) => {
      await shared.daemon.load(scene);
      await openEditor(viewer.page);
      await body(viewer, ...others);
      assert.deepEqual(viewer.complaints.filter((text) => !/status of 400/.test(text)), []);
      assert.equal(await viewer.page.evaluate(() => window.harmed), undefined, 'foreign text ran');
    },
    size,
  );
}

async function openEditor(page) {
  const button = page.locator('#edit-scene-btn');
  if (await button.isVisible()) await button.click();
  else {
    await page.getByRole('button', { name: /Scenes$/ }).click();
    await page.getByRole('button', { name: 'Edit this scene' }).click();
  }
  await page.locator('#xml-editor .cm-content').waitFor();
  await untilStatus(page, /Compiles/);
}

function untilStatus(page, wanted) {
  return until(`the status says ${wanted}`, async () => wanted.test(await page.locator('.editor-status').innerText()));
}

const value = (page) => page.evaluate(() => document.getElementById('xml-editor').value);
const running = async () => (await shared.daemon.get('/api/scene/current')).body.xml;
const apply = (page) => page.locator('#load-xml-btn').click();

/** Puts the cursor behind the first place where the text has `words`. */
async function goBehind(page, words) {
  const line = page.locator('#xml-editor .cm-line').filter({ hasText: words }).first();
  await line.click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Home');
  const text = await line.innerText();
  for (let i = text.indexOf(words) + words.length; i > 0; i -= 1) await page.keyboard.press('ArrowRight');
}

test('what is written is completed, judged on the side, compared and applied', () =>
  withEditor(async (viewer) => {
    const { page } = viewer;
    assert.equal(await value(page), sceneText('four_geoms'));
    await viewer.mark();
    const { time } = await shared.daemon.simulation();

    await goBehind(page, '<worldbody>');
    await page.keyboard.press('Enter');
    await page.keyboard.type('<ge', { delay: 20 });
    const options = page.locator('#xml-editor .cm-tooltip-autocomplete li');
    const pick = (label) => options.filter({ has: page.getByText(label, { exact: true }) }).click();
    await pick('geom');
    await until('the element is written', async () => (await value(page)).includes('<geom />'));
    await page.keyboard.type('ty', { delay: 20 });
    await pick('type');
    await until('the attribute is written', async () => (await value(page)).includes('<geom type=""/>'));
    // Its words are offered by themselves.
    await options.filter({ hasText: 'capsule' }).waitFor();
    assert.equal(await options.filter({ hasText: 'worldbody' }).count(), 0);
    await page.keyboard.type('spere');
    await page.keyboard.press('End');

    await untilStatus(page, /Line \d+/);
    const marked = page.locator('#xml-editor .cm-lintRange-error');
    await until('the word is marked', async () => (await marked.first().innerText({ timeout: 500 })) === 'spere');
    await page.locator('.editor-mistake').click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'xml-editor');
    assert.equal(await running(), sceneText('four_geoms'), 'writing changed what runs');
    await viewer.untilMoreFrames(5);
    assert.ok((await shared.daemon.simulation()).time > time);

    // A refused scene stays where it is, and so does what runs.
    await apply(page);
    await untilStatus(page, /Line \d+/);
    assert.equal(await running(), sceneText('four_geoms'));

    await page.evaluate(() => {
      const editor = document.getElementById('xml-editor');
      editor.value = editor.value.replace('<geom type="spere"/>', '<geom name="added" type="sphere" size="0.2" pos="0 0 2"/>');
    });
    await untilStatus(page, /Compiles/);
    await page.getByRole('button', { name: 'Changes', exact: true }).click();
    const changes = page.getByRole('region', { name: 'Changes' });
    assert.match(await changes.locator('.diff-line-come').innerText(), /name="added"/);
    assert.equal(await changes.locator('.diff-line-gone').count(), 0);
    await page.keyboard.press('Escape');

    const wanted = await value(page);
    await apply(page);
    await until('it runs', async () => (await running()) === wanted);
    await page.locator('.editor-dirty').waitFor({ state: 'detached' });
    assert.deepEqual(await viewer.unbroken(), { page: true, connection: true });

    // What was applied can be taken back, too.
    await page.locator('#xml-editor .cm-content').click();
    await until('all is undone', async () => {
      await page.keyboard.press('Control+z');
      return (await value(page)) === sceneText('four_geoms');
    });
    await page.keyboard.press('Control+Enter');
    await until('the text before runs', async () => (await running()) === sceneText('four_geoms'));
  }));

test('names are completed from the text, and a slip is mended with a click', () =>
  withEditor(
    async ({ page }) => {
      await goBehind(page, '<geom ');
      await page.keyboard.type('material="', { delay: 20 });
      const options = page.locator('#xml-editor .cm-tooltip-autocomplete li');
      await options.filter({ hasText: ESCAPED }).waitFor();
      await page.keyboard.type('steel" szie="1" ');
      const slip = page.locator('#xml-editor .cm-lintRange').filter({ hasText: 'szie' });
      await page.keyboard.press('Escape');
      await untilStatus(page, /szie/);
      await slip.waitFor();
      await slip.hover();
      await page.locator('#xml-editor').getByRole('button', { name: 'Write size' }).click();
      await until('mended', async () => (await value(page)).includes('material="steel" size="1" '));
      assert.equal(await page.locator('#xml-editor img').count(), 0);
    },
    { scene: `<mujoco><asset>\n<material name="${ESCAPED}"/><material name="steel"/>\n</asset><worldbody>\n<geom />\n</worldbody></mujoco>`.replace('<geom />', '<geom size=".1"/>') },
  ));

test('words are found, stepped through and replaced', () =>
  withEditor(async ({ page }) => {
    const before = await value(page);
    const many = before.split('geom').length - 1;
    await page.locator('#xml-editor .cm-content').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+f');
    const bar = page.getByRole('search', { name: 'Text of the scene' });
    const sought = bar.getByRole('textbox', { name: 'Find' });
    await page.keyboard.type('GEOM', { delay: 10 });
    const said = (words) => until(`it says ${words}`, async () => (await bar.locator('output').innerText()) === words);
    await said(`1 of ${many}`);
    await page.locator('#xml-editor .cm-searchMatch-selected').waitFor();
    await page.keyboard.press('Enter');
    await said(`2 of ${many}`);
    await page.keyboard.press('Shift+F3');
    await page.keyboard.press('Shift+Enter');
    await said(`${many} of ${many}`);
    await bar.getByRole('button', { name: 'Match capitals' }).click();
    await said('Nothing');
    await sought.fill('<(geom)\\b');
    await bar.getByRole('button', { name: 'Regular expression' }).click();
    await until('it finds', async () => / of /.test(await bar.locator('output').innerText()));
    await bar.getByRole('textbox', { name: 'Replace by' }).fill('<my$1');
    await bar.getByRole('button', { name: 'All' }).click();
    assert.equal(await value(page), before.replace(/<(geom)\b/g, '<my$1'));
    await sought.fill('(');
    await said('No expression');
    await sought.focus();
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'xml-editor');
    // One step back undoes all of it.
    await page.keyboard.press('Control+z');
    assert.equal(await value(page), before);
    await page.keyboard.press('Control+Alt+g');
    await page.keyboard.type('2');
    await page.keyboard.press('Enter');
    await page.keyboard.type('!');
    await until('it is on the second line', async () => (await value(page)).split('\n')[1].startsWith('!'));
  }));

test('elements are closed, opened up, indented and folded', () =>
  withEditor(
    async ({ page }) => {
      await goBehind(page, '<worldbody>');
      await page.keyboard.press('Enter');
      await page.keyboard.type('<body name="a">', { delay: 10 });
      await page.keyboard.press('Enter');
      await page.keyboard.type('<!-- here -->');
      assert.match(await value(page), /\n {2}<worldbody>\n {4}<body name="a">\n {6}<!-- here -->\n {4}<\/body>/);
      const colours = await page.evaluate(() => ['name', 'attribute', 'value', 'aside'].map((kind) => document.getElementById('xml-editor').shadowRoot.querySelector(`.cm-xml-${kind}`)?.textContent));
      assert.deepEqual(colours, ['mujoco', 'model', '"plain"', '<!-- here -->']);
      await page.keyboard.press('Control+Shift+BracketLeft');
      await page.locator('#xml-editor .cm-foldPlaceholder').waitFor();
      await page.keyboard.press('Control+Shift+BracketRight');
      await page.locator('#xml-editor .cm-foldPlaceholder').waitFor({ state: 'detached' });
    },
    { scene: '<mujoco model="plain">\n  <worldbody>\n    <geom size="1"/>\n  </worldbody>\n</mujoco>' },
  ));

test("another's scene is told of, shown, and replaced only when asked to", () =>
  withEditor(async ({ page }) => {
    await goBehind(page, '<worldbody>');
    await page.keyboard.type('<!-- mine -->');
    const mine = await value(page);
    await shared.daemon.load('other');
    const banner = page.locator('.editor-banner');
    await banner.waitFor();
    assert.equal(await value(page), mine, 'what was written is gone');

    await apply(page);
    await page.getByRole('region', { name: 'Changes' }).waitFor();
    assert.equal(await running(), sceneText('other'), 'it was replaced without a word');
    await page.getByRole('button', { name: 'Replace theirs' }).click();
    await until('mine runs', async () => (await running()) === mine);
    await banner.waitFor({ state: 'detached' });

    // Without edits, the editor shows what others load.
    await shared.daemon.load('other');
    await until('theirs is shown', async () => (await value(page)) === sceneText('other'));
    assert.equal(await banner.count(), 0);
  }));

test('what is not applied outlives a reload of the page', () =>
  withEditor(async (viewer) => {
    const { page } = viewer;
    await goBehind(page, '<worldbody>');
    await page.keyboard.type('<!-- kept -->');
    await page.locator('.editor-dirty').waitFor();
    await page.reload();
    await page.locator('#xml-editor .cm-content').waitFor();
    await until('it is there', async () => (await value(page)).includes('<!-- kept -->'));
    await page.getByRole('button', { name: 'Revert' }).click();
    await until('reverted', async () => (await value(page)) === sceneText('four_geoms'));
    await page.reload();
    await page.locator('#xml-editor .cm-content').waitFor();
    await until('it is gone', async () => (await value(page)) === sceneText('four_geoms'));
    assert.equal(await running(), sceneText('four_geoms'));
  }));

test('scripts that were written for a text field still work', () =>
  withEditor(async ({ page }) => {
    await page.evaluate((xml) => {
      document.getElementById('xml-editor').value = xml;
      document.getElementById('load-xml-btn').click();
    }, PLAIN);
    await until('it runs', async () => (await running()) === PLAIN);
    const download = page.waitForEvent('download');
    await page.evaluate(() => document.getElementById('export-xml-btn').click());
    assert.equal((await download).suggestedFilename(), 'plain.xml');
  }));

test('a text is put in order', () =>
  withEditor(
    async ({ page }) => {
      await page.getByRole('button', { name: 'Put in order' }).click();
      await until('in order', async () => /^<mujoco model="plain">\n {2}<worldbody>\n {4}<geom size="1"\/>/.test(await value(page)));
    },
    { scene: PLAIN },
  ));

test('an archive, a folder and a question for the root', () =>
  withEditor(async ({ page }) => {
    await drop(page, [{ name: 'robot.zip', bytes: zip({ 'robot/scene.xml': MESHED, 'robot/meshes/a.obj': OBJ }) }]);
    await page.locator('.toast-text', { hasText: 'scene.xml is running, with 1 more file of robot.zip.' }).waitFor();
    await until('the editor follows', async () => (await value(page)).includes('meshed'));
    // The text is edited where its files are.
    await goBehind(page, '<light pos="0 0 3"/>');
    await page.keyboard.type('<camera name="c"/>');
    await page.keyboard.press('Control+Enter');
    await until('it runs', async () => (await running()).includes('<camera name="c"/>'));

    await dropFolder(page, 'arm', { 'arm.xml': PLAIN.replace('plain', 'dropped'), '.hidden': 'x', 'notes.txt': HOSTILE });
    await page.locator('.toast-text', { hasText: 'arm.xml is running, with 1 more file of arm.' }).waitFor();
    assert.match(await running(), /dropped/);

    await choose(page, '#mjcf-folder', folder('twins', { 'a.xml': PLAIN, 'b.xml': MESHED, 'meshes/a.obj': OBJ }));
    const question = page.getByRole('dialog', { name: 'Which model is meant?' });
    await question.getByRole('button', { name: 'twins/b.xml' }).click();
    await page.locator('.toast-text', { hasText: 'b.xml is running, with 2 more files of twins.' }).waitFor();
    assert.equal(await running(), MESHED);
  }));

test('what cannot be loaded is refused in words, and what runs goes on', () =>
  withEditor(async ({ page }) => {
    const refused = page.getByRole('dialog', { name: /could not be loaded/ });
    for (const [files, says] of [
      [[{ name: 'a.obj', bytes: OBJ }], /together with the model/],
      [[{ name: 'bad.zip', bytes: 'no archive' }], /zip/i],
      [[{ name: 'up.zip', bytes: zip({ '../../evil.xml': PLAIN }) }], /evil/],
      [[{ name: `${HOSTILE}.xml`.replaceAll('/', ''), bytes: '<mujoco>\n<worldbody>\n<bad/>\n</worldbody></mujoco>' }], /bad/],
      [[{ name: 'a.zip', bytes: zip({ 'a.xml': MESHED }) }], /a\.obj/],
    ]) {
      await drop(page, files);
      await until(`it says ${says}`, async () => says.test(await refused.innerText()));
      await refused.getByRole('button', { name: 'Close' }).last().click();
      await refused.waitFor({ state: 'detached' });
    }
    assert.equal(await running(), sceneText('four_geoms'));
    // A text with a mistake can be mended where it is.
    await drop(page, [{ name: 'a.xml', bytes: '<mujoco>\n<worldbody>\n<geom sise="1"/>\n</worldbody></mujoco>' }]);
    await refused.getByRole('button', { name: 'Mend it in the editor' }).click();
    await until('it is in the editor', async () => (await value(page)).includes('sise'));
    await untilStatus(page, /Line 3/);
    assert.equal(await running(), sceneText('four_geoms'));
  }));

for (const [name, size] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  test(`it fits on a ${name}, in light and dark, and is walked by keys`, () =>
    withEditor(
      async ({ page }) => {
        for (const colorScheme of ['dark', 'light']) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(outputFolder(), `editor-${name}-${colorScheme}.png`) });
        }
        const { width, height } = size;
        const box = await page.locator('.editor').boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height, JSON.stringify(box));
        if (name === 'phone') assert.deepEqual([box.width, box.height], [width, height], 'the editor is a sheet');
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.equal(overflow, 0, 'the page is wider than the window');
        if (name === 'desktop') {
          const stage = await page.locator('#stage').boundingBox();
          assert.ok(stage.x >= box.x + box.width - 1 && Math.round(stage.x + stage.width) === width, 'the picture is beside it');
          const split = page.getByRole('separator', { name: 'Width of the editor' });
          await split.focus();
          await page.keyboard.press('ArrowLeft');
          const narrower = await page.locator('.editor').boundingBox();
          assert.ok(narrower.width < box.width, 'the arrow keys move the line');
        }
        await page.getByRole('button', { name: 'Close the editor' }).first().focus();
        await page.keyboard.press('Enter');
        await page.locator('.editor').waitFor({ state: 'detached' });
        await page.waitForFunction((w) => document.getElementById('stage').clientWidth === w, width);
      },
      { size },
    ));
}

/** Drops files on the page as a hand does. */
async function drop(page, files) {
  const given = files.map(({ name, bytes }) => ({ name, bytes: [...Buffer.from(bytes)] }));
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, bytes } of list) data.items.add(new File([new Uint8Array(bytes)], name));
    return data;
  }, given);
  await page.dispatchEvent('#stage', 'dragenter', { dataTransfer: transfer });
  await page.locator('.drop').waitFor();
  await page.dispatchEvent('#stage', 'drop', { dataTransfer: transfer });
}

/** Drops a folder; scripts can make none, so that what the browser gives for one is put in its place. */
async function dropFolder(page, name, files) {
  await page.evaluate(
    ({ name, files }) => {
      const rest = Object.entries(files).map(([file, text]) => ({
        isFile: true, name: file, file: (good) => good(new File([text], file)),
      }));
      const entry = { isDirectory: true, name, createReader: () => ({ readEntries: (good) => good(rest.splice(0, 1)) }) };
      const own = DataTransferItem.prototype.webkitGetAsEntry;
      DataTransferItem.prototype.webkitGetAsEntry = () => {
        DataTransferItem.prototype.webkitGetAsEntry = own;
        return entry;
      };
    },
    { name, files },
  );
  await drop(page, [{ name, bytes: '' }]);
}

/** Chooses a folder by the button for it. */
async function choose(page, input, path) {
  await page.getByRole('button', { name: /Scenes$/ }).click();
  await page.locator(input).waitFor({ state: 'attached' });
  await page.locator(input).setInputFiles(path);
}

/** Writes files into a folder of that name; gives its path. */
function folder(name, files) {
  const top = join(outputFolder(), 'dropped', name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(top, path, '..'), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  return top;
}

/** A zip archive of texts by name. */
function zip(files) {
  const [parts, list] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [plain, label] = [Buffer.from(text), Buffer.from(name)];
    const packed = zlib.deflateRawSync(plain);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(plain.length, 18);
    common.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, label, packed]);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(at, 10);
    list.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, central, label);
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, directory, Buffer.from('PK\x05\x06'), end]);
}

/** As zip has it; older Node has none. */
function crc32(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
