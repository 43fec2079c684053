/** What encodes a stream: what a browser takes decides, and the page says what it is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIZE, daemonAndBrowser } from './lib/fixture.mjs';
import { contrast } from './lib/picture.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

const shared = daemonAndBrowser('encoder', { scene: 'four_geoms' });

/** Runs in the page: the browser knows H.264 in Constrained Baseline alone, as some do. */
function onlyBaseline() {
  const all = RTCRtpReceiver.getCapabilities.bind(RTCRtpReceiver);
  RTCRtpReceiver.getCapabilities = (kind) => {
    const { codecs, ...rest } = all(kind);
    const kept = codecs.filter(({ mimeType, sdpFmtpLine }) =>
      mimeType.toLowerCase() === 'video/h264' && sdpFmtpLine.includes('profile-level-id=42e0'));
    return { ...rest, codecs: kept };
  };
}

/** The stream that `viewer` watches, by `/api/stats`. */
async function streamOf(viewer) {
  const id = viewer.received.find(({ type }) => type === 'welcome').viewer_id;
  const { streams } = await shared.daemon.stats();
  return streams.find(({ viewers }) => viewers.includes(id));
}

test('who decodes Main gets it, who does not gets a stream of their own', () =>
  shared.withViewers(1, async (viewer) => {
    const plain = await Viewer.watching(shared.browser, shared.daemon, { ...SIZE, script: onlyBaseline });
    try {
      await plain.untilMoreFrames(10);
      await viewer.untilMoreFrames(10);
      const [main, baseline] = await Promise.all([streamOf(viewer), streamOf(plain)]);
      assert.equal(main.profile, 'main');
      assert.equal(baseline.profile, 'constrained-baseline');
      assert.notEqual(main.id, baseline.id);
      for (const one of [viewer, plain]) assert.ok(contrast(await one.picture()) > 5, 'the picture is blank');
    } finally {
      await plain.close();
    }
  }));

test('the page says what encodes, and why nothing better does', () =>
  shared.withViewers(1, async (viewer) => {
    await until('a stream with an encoder', async () => (await streamOf(viewer))?.encoder);
    const { encoder } = await streamOf(viewer);
    await until('the state names it, too', async () => (await viewer.state()).frame?.encoder === encoder.name);
    await viewer.page.getByRole('button', { name: /Connection and stream details/ }).click();
    const row = viewer.page.locator('.figure', { hasText: 'Encoder' });
    await row.getByText(encoder.name).waitFor();
    await row.getByText(encoder.hardware ? 'hardware' : 'software').waitFor();
    for (const { name, reason } of encoder.rejected.slice(0, 1)) {
      await viewer.page.getByText(`Not ${name}: ${reason}`).waitFor();
    }
    await viewer.screenshot('encoder-statistics');
  }));
