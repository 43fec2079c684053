/** What an agent does by the Model Context Protocol, as people see it: with its name, and to be taken back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';

const REVISION = '2026-07-28';
/** Whatever an agent calls itself is text. */
const NAME = '<img src=x onerror=hit()>';

const shared = daemonAndBrowser('agents', { scene: 'four_geoms' });

test('people see who acts, and take it back', () =>
  shared.withViewers(2, async (watcher, other) => {
    await watcher.stopAndStep(100);
    const before = await watcher.untilState('100 steps', (s) => s.step_count === 100);

    await call('sim_step', { session_id: 'default', steps: 50 });
    const toast = watcher.page.locator('.toast').filter({ hasText: NAME });
    await toast.getByText(`${NAME}: sim_step steps=50`, { exact: true }).waitFor();
    await other.page.locator('.toast').filter({ hasText: NAME }).waitFor();
    await watcher.untilState('50 steps more', (s) => s.step_count === 150);
    assert.equal(await watcher.page.locator('.toast img').count(), 0, 'a name became markup');

    await toast.getByRole('button', { name: 'Undo' }).click();
    const after = await watcher.untilState('the time before', (s) => s.time === before.time);
    assert.deepEqual(after.qpos, before.qpos);
    await watcher.page.locator('.toast').getByText('Taken back: sim_step steps=50', { exact: true }).waitFor();

    // Of what is refused nothing remains to be taken back.
    await call('joint_set', { session_id: 'default', values: { nothing: 1 } });
    const refused = watcher.page.locator('.toast').filter({ hasText: /joint_set .*: refused$/ });
    await refused.waitFor();
    assert.equal(await refused.getByRole('button', { name: 'Undo' }).count(), 0);
    await until('there is nothing to take back', async () => (await shared.daemon.post('/api/sessions/default/history/undo', {})).status === 409);
    assert.deepEqual([...watcher.complaints, ...other.complaints], []);
  }));

/** Calls a tool as a client of the newest revision does, in one request. */
async function call(name, args) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': REVISION,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: NAME, version: '1' },
  };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': REVISION,
    'mcp-method': 'tools/call',
    'mcp-name': name,
    'mcp-param-session': args.session_id,
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta: meta } });
  const response = await fetch(`${shared.daemon.origin}/mcp`, { method: 'POST', headers, body });
  assert.equal(response.status, 200, await response.text());
}
