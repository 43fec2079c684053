/** The documentation of the API: read from the daemon alone, found by typing, used by keyboard. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';

const shared = daemonAndBrowser('docs');

/** Opens the page and gives what went wrong in it, and what it asked of others. */
async function opened(address, body) {
  const page = await shared.browser.newPage();
  const wrong = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('request', (request) => request.url().startsWith(shared.daemon.origin) || wrong.push(request.url()));
  try {
    await page.goto(`${shared.daemon.origin}${address}`);
    await page.waitForSelector('.operation');
    await body(page);
  } finally {
    await page.close();
  }
  assert.deepEqual(wrong, []);
}

test('every operation is there, within the security policy and without a network', async () => {
  const { body } = await shared.daemon.get('/openapi.json');
  const count = Object.values(body.paths).flatMap((item) => Object.keys(item)).length;
  await opened('/docs', async (page) => {
    assert.equal(await page.locator('.operation').count(), count);
  });
});

test('a slash leads to the filter, and what is typed narrows the list', async () => {
  await opened('/docs', async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('put ctrl');
    await page.waitForFunction(() => document.querySelectorAll('.operation').length === 1);
    assert.match(await page.locator('.operation pre').innerText(), /^curl -s -X PUT .*\/api\/sessions\/default\/ctrl/);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelectorAll('.operation').length > 10);
  });
});

test('an address opens its operation, and Enter opens what has the focus', async () => {
  await opened('/docs#commands', async (page) => {
    await page.waitForSelector('#commands[open]');
    assert.match(await page.locator('#commands table').innerText(), /keyframe_save/);
    await page.locator('#history > summary').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#history[open]');
  });
});
