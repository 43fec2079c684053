/** Language models in the page: who plans, how far it is, and keys that go to the server alone. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { launchBrowser } from './lib/browser.mjs';
import { Daemon } from './lib/daemon.mjs';
import { SMALL_STREAM } from './lib/fixture.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const KEY = 'sk-very-secret-0123456789';
const NOBODY = { OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '', CLAUDE_API_KEY: '', GEMINI_API_KEY: '', GOOGLE_API_KEY: '' };
const OPEN = "localStorage.setItem('mjcast.dock', 'open'); localStorage.setItem('mjcast.sections', 'prompt');";
const shared = {};
/** What the provider has been asked, and whether it answers. */
const asked = [];
let silent = false;

const provider = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => (body += piece));
  request.on('end', () => {
    asked.push(JSON.parse(body));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const plan = {
      title: '<img src=x onerror="window.hacked=1">', world: [], relations: [],
      things: [{ id: 'green_ball', kind: 'sphere', settings: [{ name: 'colours', value: 'green' }] }],
      unmet: ['a <img src=x onerror="window.hacked=1"> unicorn'],
    };
    const say = (delta, finish_reason = null) => response.write(`data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`);
    if (silent) return say({ content: '{' });
    say({ content: JSON.stringify(plan) });
    say({}, 'stop');
    response.end();
  });
});

before(async () => {
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const env = {
    ...SMALL_STREAM, ...NOBODY, MJCAST_GENERATE__COMPATIBLE_BASE_URL: `http://127.0.0.1:${provider.address().port}/v1`,
    MJCAST_GENERATE__COMPATIBLE_MODEL: 'local-model',
  };
  shared.daemon = await Daemon.start({ name: 'models', env });
  shared.browser = await launchBrowser();
});
after(async () => {
  await shared.browser?.close();
  await shared.daemon?.stop();
  provider.closeAllConnections();
  provider.close();
});

async function withPrompt(body) {
  const viewer = await Viewer.open(shared.browser, shared.daemon, { width: 1280, height: 800, script: OPEN });
  try {
    await viewer.untilLive();
    const { page } = viewer;
    await page.locator('#section-prompt').getByLabel('Planned by').waitFor();
    await body(page, async (words) => {
      await until('the box is free', () => page.locator('#execute-command-btn').isEnabled());
      await page.locator('#freestyle-command-input').fill(words);
      await page.locator('#execute-command-btn').click();
    });
  } catch (error) {
    await viewer.screenshot('models-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

const running = async () => (await shared.daemon.get('/api/scene/current')).body.xml;

test('a model that was chosen plans, its words are text, and it is stopped when nobody waits', () =>
  withPrompt(async (page, say) => {
    const by = page.getByLabel('Planned by');
    assert.equal(await by.inputValue(), 'offline');
    await say('a red ball');
    await until('the scene', async () => (await running()).includes('name="sphere'));
    assert.equal(asked.length, 0);
    await by.selectOption('compatible');
    await say('a green ball next to a unicorn');
    await until('the scene', async () => (await running()).includes('green_ball'));
    await page.getByText(/planned by the compatible server \(local-model\)/).first().waitFor();
    await page.getByText('not in the scene: a <img').waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator('.outcome img').count(), 0);
    assert.deepEqual(asked[0].messages[1].content.split('\n')[0], 'a green ball next to a unicorn');
    // Words that control are no matter for a model.
    await say('pause');
    await page.getByText('The simulation is paused.').first().waitFor();
    assert.equal(asked.length, 1);
    silent = true;
    await say('a blue ball');
    await page.getByText(/The plan comes/).waitFor();
    await page.locator('#stop-scene-btn').click();
    await page.getByText('It was stopped.').first().waitFor();
    silent = false;
    assert.ok((await running()).includes('green_ball'));
  }));

test('a key goes to the server and stays nowhere in the page', () =>
  withPrompt(async (page) => {
    await page.locator('#language-models summary').click();
    const row = page.getByRole('list', { name: 'Language models' });
    await row.getByText('OpenAI').first().waitFor();
    await page.getByRole('button', { name: 'Give a key of OpenAI' }).click();
    const field = page.getByLabel('Key of OpenAI', { exact: true });
    assert.equal(await field.getAttribute('type'), 'password');
    await field.fill(KEY);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await row.getByText('key given here').waitFor();
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML]));
    assert.ok(!kept.includes(KEY));
    const { body } = await shared.daemon.get('/api/llm/providers');
    assert.deepEqual(body.providers.filter((one) => one.configured).map((one) => one.provider), ['openai', 'compatible']);
    assert.ok(!JSON.stringify(body).includes(KEY) && !shared.daemon.log().includes(KEY));
    await page.getByRole('button', { name: 'Forget the key of OpenAI' }).click();
    await row.getByText(/set OPENAI_API_KEY/).waitFor();
  }));
