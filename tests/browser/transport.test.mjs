/** How media gets to the browser: one port for all, UDP first, TCP where UDP is blocked. */

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Daemon, freePort } from './lib/daemon.mjs';
import { SIZE, SMALL_STREAM, daemonAndBrowser } from './lib/fixture.mjs';
import { contrast } from './lib/picture.mjs';
import { inOrder, keepPeer } from './lib/scripts.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const shared = daemonAndBrowser('transport', { scene: 'four_geoms' });

/** Runs in the page: of what the server offers, the browser learns nothing of UDP, as if that were blocked. */
function blockUdp() {
  const isUdp = (candidate) => / udp /i.test(candidate ?? '');
  const { setRemoteDescription, addIceCandidate } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const lines = description.sdp.split('\r\n').filter((line) => !(line.startsWith('a=candidate:') && isUdp(line)));
    return setRemoteDescription.call(this, { ...description, sdp: lines.join('\r\n') });
  };
  RTCPeerConnection.prototype.addIceCandidate = function (candidate) {
    return isUdp(candidate?.candidate) ? Promise.resolve() : addIceCandidate.call(this, candidate);
  };
}

/** The server's end of the pair of candidates in use. */
function serverEnd(viewer) {
  return viewer.page.evaluate(async () => {
    const stats = [...(await window.mjcastPeer.getStats()).values()];
    const transport = stats.find(({ type }) => type === 'transport');
    const pair = stats.find(({ id }) => id === transport.selectedCandidatePairId);
    const { port, protocol } = stats.find(({ id }) => id === pair.remoteCandidateId);
    return { port, protocol };
  });
}

/** Runs in the page: as behind a firewall that lets nothing but a TURN server through. */
function relayOnly() {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
    }
  };
}

/** Runs coturn, which shares `secret`, on loopback while `body` does. */
async function withTurnServer(secret, body) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'mjcast-turn-'));
  // A secret in its flags alone does not do: it asks a database, too, which must exist.
  const database = join(folder, 'turndb');
  execFileSync('turnadmin', [`--set-secret=${secret}`, '-r', 'mjcast.test', '-b', database], { stdio: 'ignore' });
  const flags = ['-n', '--no-cli', '--log-file', 'stdout',
    '--use-auth-secret', '--realm', 'mjcast.test', '-L', '127.0.0.1', '-E', '127.0.0.1', '-p', String(port),
    '--allow-loopback-peers', '--no-tls', '--no-dtls', '--pidfile', '/dev/null', '--userdb', database];
  const server = spawn('turnserver', flags, { stdio: 'ignore' });
  const ended = once(server, 'exit');
  try {
    return await body(`turn:127.0.0.1:${port}?transport=udp`);
  } finally {
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function withViewers(scripts, body, daemon = shared.daemon) {
  const viewers = [];
  try {
    for (const script of scripts) {
      viewers.push(await Viewer.watching(shared.browser, daemon, { ...SIZE, script: inOrder(keepPeer, ...script) }));
    }
    return await body(...viewers);
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
}

test('media of all viewers uses the number of the HTTP port', () =>
  withViewers([[], [], []], async (...viewers) => {
    for (const viewer of viewers) {
      await viewer.untilMoreFrames(10);
      await until('UDP', async () => (await serverEnd(viewer)).protocol === 'udp');
      assert.equal((await serverEnd(viewer)).port, shared.daemon.port);
      assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
    }
  }));

test('where UDP is blocked, media comes over TCP by the same number, beside viewers over UDP', () =>
  withViewers([[blockUdp], []], async (blocked, free) => {
    assert.deepEqual(await serverEnd(blocked), { port: shared.daemon.port, protocol: 'tcp' });
    // Whichever answers first is used first; the better one takes over.
    await until('UDP', async () => (await serverEnd(free)).protocol === 'udp');
    for (const viewer of [blocked, free]) {
      await viewer.untilMoreFrames(30);
      assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
    }
    await blocked.page.getByRole('button', { name: /Connection and stream details/ }).click();
    await blocked.page.locator('#way').getByText('TCP').waitFor();
    // What is done over it reaches the simulation.
    await blocked.command('pause');
    await until('paused', async () => (await shared.daemon.simulation()).is_paused);
    await blocked.command('play');
    await until('running', async () => !(await shared.daemon.simulation()).is_paused);
  }));

// Not among what the tests install: its package starts a server on the machine.
const skip = spawnSync('turnserver', ['--help']).error ? 'needs turnserver (Debian: coturn)' : false;

test('a viewer whom only a TURN server reaches logs in there with what the daemon made for them', { skip }, () =>
  withTurnServer('north', async (url) => {
    const env = { ...SMALL_STREAM, MJCAST_WEBRTC__ICE_SERVERS: url, MJCAST_WEBRTC__TURN_SECRET: 'north' };
    const daemon = await Daemon.start({ name: 'transport-relay', env });
    try {
      await daemon.load('four_geoms');
      await withViewers([[relayOnly]], async (viewer) => {
        await viewer.untilMoreFrames(10);
        const { ice_servers: [server], viewer_id: id } = viewer.received.find(({ type }) => type === 'welcome');
        assert.match(server.username, new RegExp(`^[0-9]+:${id}$`));
        await viewer.page.getByRole('button', { name: /Connection and stream details/ }).click();
        await viewer.page.locator('#way').getByText('relay').waitFor();
        assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
      }, daemon);
      assert.ok(!daemon.log().includes('north'), 'the secret is in the log');
    } finally {
      await daemon.stop();
    }
  }));
