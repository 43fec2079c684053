/** The page in WebKitGTK's MiniBrowser, which as distributions build it has no WebRTC, and plays by the next way. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Daemon } from './lib/daemon.mjs';
import { SIZE, SMALL_STREAM } from './lib/fixture.mjs';
import { SCENE, Tour } from './lib/tour.mjs';
import { WebKit, webkit } from './lib/webkit.mjs';

const skip = webkit() ? false : 'no WebKit here: install webkit2gtk-driver and xvfb';

describe('WebKit', { skip }, () => {
  let daemon;
  let browser;
  before(async () => {
    daemon = await Daemon.start({ name: 'webkit', env: SMALL_STREAM });
    await daemon.load(SCENE);
    browser = await WebKit.launch({ ...SIZE, width: 700 });
  });
  after(async () => {
    await browser?.close();
    await daemon?.stop();
  });

  const tour = (query, options) => new Tour(browser, daemon).take(`webkit${query.replace(/\W+/g, '-')}`, query, options);

  test('plays and is steered by the best way that it has', async () => {
    const seen = await tour('');
    console.log(`WebKit: ${JSON.stringify(seen)}`);
    if (seen.can.h264ByWebRtc) assert.equal(seen.via, 'webrtc');
    else assert.deepEqual([seen.via, seen.decoder], ['websocket', seen.can.webCodecs ? 'WebCodecs' : 'Media Source']);
  });

  test('still pictures are drawn, too', async () => {
    const seen = await tour('?via=pictures', { brief: true });
    assert.equal(seen.via, 'pictures');
  });
});
