/** The official TypeScript client drives a session from its creation to a picture. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { binary, daemon } from './daemon.mjs';

let running;
before(async () => {
  running = await daemon();
});
after(() => running.stop());

const ways = {
  http: () => new StreamableHTTPClientTransport(new URL('/mcp', running.url)),
  stdio: () => new StdioClientTransport({ command: binary, args: ['mcp', '--url', running.url] }),
};

async function connected(way) {
  const client = new Client({ name: 'typescript', title: 'TypeScript client', version: '1' });
  await client.connect(ways[way]());
  return client;
}

async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
  return result;
}

for (const way of Object.keys(ways)) {
  test(`from a scene to a picture by ${way}`, async () => {
    const client = await connected(way);
    assert.equal(client.getServerVersion().name, 'mjcast');
    const { tools } = await client.listTools();
    assert.ok(tools.some((tool) => tool.name === 'sim_step'));

    const made = await call(client, 'session_create', { preset: 'double-pendulum', name: 'by an agent' });
    const { session_id: id, viewer_url: link } = made.structuredContent;
    assert.equal(new URL(link).searchParams.get('session'), id);
    await call(client, 'sim_control', { session_id: id, action: 'pause' });
    const before = (await call(client, 'sim_state_get', { session_id: id, fields: ['qpos'] })).structuredContent;
    const stepped = (await call(client, 'sim_step', { session_id: id, steps: 50 })).structuredContent;
    assert.equal(stepped.step_count, before.step_count + 50);

    const picture = await call(client, 'snapshot', { session_id: id, width: 96, height: 64 });
    const image = picture.content.find((part) => part.type === 'image');
    const bytes = Buffer.from(image.data, 'base64');
    assert.equal(image.mimeType, 'image/png');
    assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [96, 64]);

    const { contents } = await client.readResource({ uri: `sim://${id}/scene.xml` });
    assert.match(contents[0].text, /<mujoco/);
    const events = (await client.readResource({ uri: `sim://${id}/log` })).contents[0].text.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(events.some((event) => event.event === 'command' && event.agent === 'TypeScript client'), JSON.stringify(events));

    const refused = await client.callTool({ name: 'sim_step', arguments: { session_id: id, steps: 0 } });
    assert.ok(refused.isError && /1 to 100000/.test(refused.content[0].text), JSON.stringify(refused));
    const { messages } = await client.getPrompt({ name: 'build_scene', arguments: { description: 'a ball' } });
    assert.match(messages[0].content.text, /a ball/);

    await call(client, 'session_close', { session_id: id });
    await client.close();
  });

  test(`changes are told by ${way}`, async () => {
    const client = await connected(way);
    const { session_id: id } = (await call(client, 'session_create', { preset: 'pendulum' })).structuredContent;
    const uri = `sim://${id}/state`;
    const told = new Promise((resolve) => client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params.uri)));
    await client.subscribeResource({ uri });
    assert.equal(await told, uri);
    await client.unsubscribeResource({ uri });
    await call(client, 'session_close', { session_id: id });
    await client.close();
  });
}
