/** What may come over a socket: the old client's messages, and nonsense. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { Socket } from './lib/socket.mjs';
import { turn } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const shared = daemonAndBrowser('signaling', { scene: 'four_geoms' });

const NONSENSE = {
  'no JSON': 'hello',
  'half an object': '{"type":',
  'a number': '7',
  'null': 'null',
  'a list': '[]',
  'no type': '{}',
  'a type that is a number': '{"type":7}',
  'an unknown type': '{"type":"teleport"}',
  'an offer without SDP': '{"type":"offer"}',
  'an offer that is no SDP': '{"type":"offer","sdp":"hello"}',
  'a candidate before an offer': '{"type":"ice-candidate","candidate":{"candidate":"hello","sdpMid":"0","sdpMLineIndex":0}}',
  'an event without data': '{"type":"event"}',
  'an event that is a list': '{"type":"event","data":[]}',
  'a pointer at a word': '{"type":"mouse_move","x":"left","y":0,"buttons":1}',
  'a pointer nowhere': '{"type":"mouse_move","buttons":1}',
  'a wheel that turns for ever': '{"type":"scroll","x":0,"y":0,"dx":0,"dy":1e999}',
  'a box of no size': '{"type":"viewport","width":0,"height":-3,"dpr":1}',
  'nested a thousand deep': `{"type":"event","data":${'['.repeat(1000)}${']'.repeat(1000)}}`,
  'bytes': Buffer.from([0xff, 0xfe, 0x00, 0x80]),
};

for (const [what, message] of Object.entries(NONSENSE)) {
  test(`${what}: an error message, and the socket stays`, async () => {
    const socket = await Socket.open(shared.daemon);
    const from = socket.received.length;
    socket.send(message);
    const error = await socket.next('error', { from, within_ms: 5000 });
    assert.equal(typeof error.code, 'string');
    assert.ok(error.message.length > 5, `the message "${error.message}"`);
    await socket.ping();
    assert.equal(socket.closed, null);
    await socket.close();
  });
}

test('candidates of an offer that was refused are no mistake', async () => {
  const socket = await Socket.open(shared.daemon);
  socket.send({ type: 'offer', sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=recvonly\r\na=rtpmap:96 VP8/90000\r\n' });
  const refusal = await socket.next('error');
  assert.deepEqual(refusal.code, 'bad_offer');
  assert.match(refusal.message, /H\.264/);
  socket.send({ type: 'ice-candidate', candidate: { candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 } });
  socket.send({ type: 'ice-candidate', candidate: null });
  await socket.ping();
  assert.equal(socket.received.filter(({ type }) => type === 'error').length, 1);
  await socket.close();
});

const REFUSED_COMMANDS = {
  'an unknown command': { cmd: 'fly', params: {} },
  'a number of steps that is none': { cmd: 'step', params: { steps: 'many' } },
  'no steps': { cmd: 'step', params: { steps: 0 } },
  'an infinite speed': '{"type":"command","id":"x","cmd":"speed","params":{"factor":1e999}}',
  'an elevation past the pole': { cmd: 'set_camera', params: { elevation: 91 } },
  'a distance behind the eye': { cmd: 'set_camera', params: { distance: -1 } },
  'an unknown preset': { cmd: 'load_preset', params: { id: 'no-such-preset' } },
  'an unknown camera': { cmd: 'use_camera', params: { name: 'no-such-camera' } },
  'a scene that is none': { cmd: 'load_scene', params: { xml: '<mujoco><sphere/></mujoco>' } },
};

for (const [what, command] of Object.entries(REFUSED_COMMANDS)) {
  test(`${what} is refused with a sentence, and nothing sticks`, async () => {
    const socket = await Socket.open(shared.daemon);
    const camera = async () => (await shared.daemon.stats()).simulation_state.camera;
    const before = await camera();
    socket.send(typeof command === 'string' ? command : { type: 'command', id: 'x', ...command });
    const reply = await until('a refusal', () =>
      socket.received.find((m) => m.type === 'error' || (m.type === 'result' && m.id === 'x')),
    );
    if (reply.type === 'result') assert.equal(reply.ok, false);
    assert.ok((reply.error ?? reply.message).length > 5, JSON.stringify(reply));
    await socket.ping();
    assert.deepEqual(await camera(), before);
    await socket.close();
  });
}

test('nonsense on the page\'s own connection leaves its stream up', () =>
  shared.withViewers(1, async (viewer) => {
    await viewer.mark();
    for (const message of [{ type: 'teleport' }, { type: 'mouse_move', x: 'left' }, { type: 'command', cmd: 'fly' }, {}]) {
      await viewer.page.evaluate((m) => window.__mjcast.send(m), message);
    }
    await viewer.untilMoreFrames(20);
    assert.deepEqual(await viewer.unbroken(), { page: true, connection: true });
  }));

test('a flood closes its own socket and no other', () =>
  shared.withViewers(1, async (viewer) => {
    const socket = await Socket.open(shared.daemon);
    for (let i = 0; i < 20_000 && !socket.closed; i += 1) socket.send({ type: 'ping', t: i });
    await until('the flood is ended', () => socket.closed);
    assert.ok(socket.closed.code >= 1000 && socket.closed.code !== 1006, `close code ${socket.closed.code}`);
    await viewer.untilMoreFrames(20);
  }));

test('an oversized message closes its socket with a stated code', async () => {
  const socket = await Socket.open(shared.daemon);
  socket.send({ type: 'event', data: { type: 'key_down', code: 'x'.repeat(12 << 20) } });
  await until('it is closed', () => socket.closed);
  assert.equal(socket.closed.code, 1009);
});

test('the old client\'s flat events steer the camera', async () => {
  const socket = await Socket.open(shared.daemon);
  const camera = async () => (await shared.daemon.stats()).simulation_state.camera;
  const before = await camera();
  const [dx, height] = [48, 480];
  socket.send({ type: 'mouse_down', x: 120, y: 240, button: 0 });
  socket.send({ type: 'mouse_move', x: 120 + dx, y: 240, buttons: 1 });
  socket.send({ type: 'mouse_up', x: 120 + dx, y: 240, button: 0 });
  await until('the camera has turned', async () => {
    const turned = turn(before.azimuth, (await camera()).azimuth);
    return Math.abs(turned + (180 * dx) / height) < 0.5;
  });
  socket.send({ type: 'scroll', x: 120, y: 240, dx: 0, dy: 100 });
  await until('the camera has moved away by a notch', async () => {
    const ratio = (await camera()).distance / before.distance;
    return ratio > 1.04 && ratio < 1.2;
  });
  socket.send({ type: 'key_down', code: 'Space', alt: false, ctrl: false });
  await until('the space bar paused', async () => (await shared.daemon.simulation()).is_paused);
  socket.send({ type: 'command', cmd: 'resume', params: {} });
  await until('the command resumed', async () => (await shared.daemon.simulation()).is_running);
  await socket.close();
});

test('wrapped events do the same', async () => {
  const socket = await Socket.open(shared.daemon);
  const wrap = (data) => socket.send({ type: 'event', data });
  const camera = async () => (await shared.daemon.stats()).simulation_state.camera;
  const before = await camera();
  wrap({ type: 'mouse_down', x: 10, y: 10, button: 0, buttons: 1 });
  wrap({ type: 'mouse_move', x: 58, y: 10, buttons: 1 });
  wrap({ type: 'mouse_up', x: 58, y: 10, button: 0, buttons: 0 });
  await until('the camera has turned', async () => Math.abs(turn(before.azimuth, (await camera()).azimuth) + 18) < 0.5);
  wrap({ type: 'command', id: 5, cmd: 'pause', params: {} });
  const reply = await socket.next('result');
  assert.deepEqual({ id: reply.id, ok: reply.ok }, { id: 5, ok: true });
  assert.equal((await shared.daemon.simulation()).is_paused, true);
  wrap({ type: 'command', id: 6, cmd: 'play', params: {} });
  await until('it runs', async () => (await shared.daemon.simulation()).is_running);
  await socket.close();
});

test('clients come and go in the counts', async () => {
  const stats = () => shared.daemon.stats();
  await until('everybody has left', async () => (await stats()).clients_connected === 0);
  const { total_connections: before } = await stats();
  const sockets = await Promise.all([Socket.open(shared.daemon), Socket.open(shared.daemon)]);
  await until('two clients', async () => (await stats()).clients_connected === 2);
  assert.equal((await stats()).total_connections, before + 2);
  await Promise.all(sockets.map((socket) => socket.close()));
  await until('none', async () => (await stats()).clients_connected === 0);
});
