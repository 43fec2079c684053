/** The routes that older clients rely on, field by field. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertProblem, assertShape, vector3 } from './lib/contract.mjs';
import { Daemon, sceneText } from './lib/daemon.mjs';
import { SMALL_STREAM } from './lib/fixture.mjs';

let daemon;
before(async () => {
  daemon = await Daemon.start({ name: 'routes', env: SMALL_STREAM });
  await daemon.load('four_geoms');
});
after(() => daemon?.stop());

test('/ is the page, with a strict security policy', async () => {
  const { status, type, body, headers } = await daemon.get('/');
  assert.equal(status, 200);
  assert.match(type, /^text\/html/);
  assert.match(body, /<title>mjcast<\/title>/);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src|script-src/);
  assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('/api/health tells what draws and encodes', async () => {
  const { status, body } = await daemon.get('/api/health');
  assert.equal(status, 200);
  assertShape(body, {
    status: (s) => s === 'healthy',
    version: String,
    clients_connected: (n) => n === 0,
    renderer: { adapter: (s) => s.length > 0, backend: (s) => s.length > 0, software: Boolean },
    encoder: { name: (s) => s.length > 0, hardware: Boolean },
    reasons: [String],
  });
});

test('/api/config tells the configuration and no secret', async () => {
  const { status, body } = await daemon.get('/api/config');
  assert.equal(status, 200);
  assertShape(body, {
    host: String,
    port: (n) => n === daemon.port,
    frame_width: (n) => n === 640,
    frame_height: (n) => n === 480,
    frame_rate: Number,
    stun_server: (s) => s === null || typeof s === 'string',
    ice_servers: Array.isArray,
    debug_mode: Boolean,
    log_level: String,
  });
  assert.doesNotMatch(JSON.stringify(body), /credential"\s*:\s*"[^"]+"|api_key"\s*:\s*"[^"]+"/);
});

test('/api/stats tells the simulation as it is', async () => {
  const { status, body } = await daemon.get('/api/stats');
  assert.equal(status, 200);
  const body3 = { type: (s) => s === 'body', position: vector3, id: Number };
  assertShape(body, {
    clients_connected: Number,
    total_connections: Number,
    frames_sent: Number,
    events_received: Number,
    simulation_state: {
      simulation: {
        time: Number,
        step_count: Number,
        is_running: Boolean,
        is_paused: Boolean,
        objects: { box: body3, sphere: body3, capsule: body3, cylinder: body3 },
      },
      camera: { distance: Number, azimuth: Number, elevation: Number, target: vector3, fov: Number, position: vector3 },
      mujoco: {
        initialized: (b) => b === true,
        initialization_error: (e) => e === null,
        model_name: (s) => s === 'four geoms',
        nbody: (n) => n === 5,
        nq: (n) => n === 4,
        nu: (n) => n === 0,
        renderer_available: (b) => b === true,
      },
    },
  });
});

test('the camera\'s position is where its angles put it', async () => {
  const { camera } = (await daemon.stats()).simulation_state;
  const [az, el] = [camera.azimuth, camera.elevation].map((degrees) => (degrees * Math.PI) / 180);
  const forward = [Math.cos(el) * Math.cos(az), Math.cos(el) * Math.sin(az), Math.sin(el)];
  camera.position.forEach((value, i) => {
    const wanted = camera.target[i] - camera.distance * forward[i];
    assert.ok(Math.abs(value - wanted) < 0.01, `${camera.position} from ${JSON.stringify(camera)}`);
  });
});

test('/api/scene/current gives the MJCF as it was loaded', async () => {
  const { status, body } = await daemon.get('/api/scene/current');
  assert.equal(status, 200);
  assert.deepEqual(body, { success: true, xml: sceneText('four_geoms') });
});

test('/api/scene/presets lists at least eight', async () => {
  const { status, body } = await daemon.get('/api/scene/presets');
  assert.equal(status, 200);
  assertShape(body, { presets: [{ id: String, name: String, description: String, tags: [String] }] });
  assert.ok(body.presets.length >= 8, `${body.presets.length} presets`);
  assert.equal(new Set(body.presets.map((p) => p.id)).size, body.presets.length);
});

test('/api/scene/load answers as older clients expect, and ignores what it does not know', async () => {
  const { status, body } = await daemon.post('/api/scene/load', { xml: sceneText('four_geoms'), colour: 'red' });
  assert.equal(status, 200);
  assertShape(body, { success: (b) => b === true, message: (s) => s.length > 0 });
});

test('requests that make no sense are refused with a problem document', async () => {
  assertProblem(await daemon.post('/api/scene/load', '{"xml":'), 400);
  assertProblem(await daemon.post('/api/scene/load', {}), 400);
  assertProblem(await daemon.post('/api/scene/load', { xml: 7 }), 400);
  assertProblem(await daemon.get('/api/no-such-route'), 404);
  assertProblem(await daemon.post('/api/health', {}), 405);
  assertProblem(await daemon.get('/api/stats?session=nobody'), 404);
});
