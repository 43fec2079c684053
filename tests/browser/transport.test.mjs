/** How media gets to the browser: one port for all, UDP first, TCP where UDP is blocked. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIZE, daemonAndBrowser } from './lib/fixture.mjs';
import { contrast } from './lib/picture.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const shared = daemonAndBrowser('transport', { scene: 'four_geoms' });

/** Runs in the page before its own script: keeps its connection where a test finds it. */
function keepPeer() {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      window.mjcastPeer = this;
    }
  };
}

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

async function withViewers(scripts, body) {
  const viewers = [];
  try {
    for (const script of scripts) {
      viewers.push(await Viewer.watching(shared.browser, shared.daemon, { ...SIZE, script: `(${keepPeer})(); ${script}` }));
    }
    return await body(...viewers);
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
}

test('media of all viewers uses the number of the HTTP port', () =>
  withViewers(['', '', ''], async (...viewers) => {
    for (const viewer of viewers) {
      await viewer.untilMoreFrames(10);
      await until('UDP', async () => (await serverEnd(viewer)).protocol === 'udp');
      assert.equal((await serverEnd(viewer)).port, shared.daemon.port);
      assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
    }
  }));

test('where UDP is blocked, media comes over TCP by the same number, beside viewers over UDP', () =>
  withViewers([`(${blockUdp})();`, ''], async (blocked, free) => {
    assert.deepEqual(await serverEnd(blocked), { port: shared.daemon.port, protocol: 'tcp' });
    // Whichever answers first is used first; the better one takes over.
    await until('UDP', async () => (await serverEnd(free)).protocol === 'udp');
    for (const viewer of [blocked, free]) {
      await viewer.untilMoreFrames(30);
      assert.ok(contrast(await viewer.picture()) > 5, 'the picture is blank');
    }
    await blocked.page.getByRole('button', { name: /Connection and stream details/ }).click();
    await blocked.page.locator('.figure', { hasText: 'Round trip' }).getByText('TCP').waitFor();
    // What is done over it reaches the simulation.
    await blocked.command('pause');
    await until('paused', async () => (await shared.daemon.simulation()).is_paused);
    await blocked.command('play');
    await until('running', async () => !(await shared.daemon.simulation()).is_paused);
  }));
