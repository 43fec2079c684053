/** Signing in, and what a token lets one do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SMALL_STREAM, daemonAndBrowser } from './lib/fixture.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const VIEW = 'view-0123456789abcdef';
const CONTROL = 'control-0123456789abcdef';

const shared = daemonAndBrowser('access', {
  scene: 'four_geoms',
  env: {
    ...SMALL_STREAM,
    MJCAST_AUTH__ADMIN_TOKEN: 'admin-0123456789abcdef',
    MJCAST_AUTH__CONTROL_TOKEN: CONTROL,
    MJCAST_AUTH__VIEW_TOKEN: VIEW,
  },
});

/** Opens the page and closes it whatever happens. */
async function opened(query, body) {
  const viewer = await Viewer.open(shared.browser, shared.daemon, { query });
  try {
    await body(viewer);
  } catch (error) {
    await viewer.screenshot('access-failure').catch(() => undefined);
    throw error;
  } finally {
    await viewer.close();
  }
}

test('without a token the page asks for one, refuses a wrong one, and comes in with a right one', () =>
  opened('', async (viewer) => {
    const field = viewer.page.getByLabel('Token');
    await field.fill('wrong-0123456789abcdef');
    await viewer.page.getByRole('button', { name: 'Sign in' }).click();
    await viewer.page.getByText('That token does not count.').waitFor();
    await field.fill(CONTROL);
    await viewer.page.getByRole('button', { name: 'Sign in' }).click();
    await viewer.untilLive();
    const [cookie] = await viewer.context.cookies();
    assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
    assert.equal(await viewer.page.evaluate(() => document.cookie), '');
    await viewer.command('pause');
    await viewer.untilState('paused', (state) => state.paused === true);
    await viewer.command('play');
  }));

for (const query of [`#token=${VIEW}`, `?token=${VIEW}`, `?fps#a=b&token=${VIEW}`]) {
  test(`a token in the address lets in and leaves it: ${query.replace(VIEW, '…')}`, () =>
    opened(query, async (viewer) => {
      await viewer.untilLive();
      await until('the token has left the address', () => !viewer.page.url().includes('token'));
      assert.deepEqual(viewer.complaints, []);
      await until('the cookie is there', async () => (await viewer.context.cookies()).length === 1);
      await viewer.page.reload();
      await viewer.untilLive();
      assert.equal(viewer.received.findLast((message) => message.type === 'welcome').role, 'view');
    }));
}

test('who watches with a token that is revoked is asked for another', async () => {
  const { body } = await shared.daemon.post('/api/tokens', { name: 'guest', role: 'view' });
  await opened(`#token=${body.token}`, async (viewer) => {
    await viewer.untilLive();
    await until('the cookie is there', async () => (await viewer.context.cookies()).length === 1);
    await viewer.page.reload();
    await viewer.untilLive();
    const gone = await shared.daemon.delete(`/api/tokens/${body.id}`);
    assert.equal(gone.status, 204);
    await viewer.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
