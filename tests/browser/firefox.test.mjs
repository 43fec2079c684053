/** The page in Firefox, which has no H.264 by WebRTC unless it may fetch a plug-in, and plays by the next way. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Daemon } from './lib/daemon.mjs';
import { Firefox, firefox } from './lib/firefox.mjs';
import { SIZE, SMALL_STREAM } from './lib/fixture.mjs';
import { SCENE, Tour } from './lib/tour.mjs';

const skip = firefox() ? false : 'no Firefox here: install firefox-esr, or set FIREFOX to its program';

describe('Firefox', { skip }, () => {
  let daemon;
  let browser;
  before(async () => {
    daemon = await Daemon.start({ name: 'firefox', env: SMALL_STREAM });
    await daemon.load(SCENE);
    browser = await Firefox.launch({ ...SIZE, width: 900 });
  });
  after(async () => {
    await browser?.close();
    await daemon?.stop();
  });

  const tour = (query, options) => new Tour(browser, daemon).take(`firefox${query.replace(/\W+/g, '-')}`, query, options);

  test('plays and is steered by the best way that it has', async () => {
    const seen = await tour('');
    console.log(`Firefox: ${JSON.stringify(seen)}`);
    if (seen.can.h264ByWebRtc) assert.equal(seen.via, 'webrtc');
    else assert.deepEqual([seen.via, seen.decoder], ['websocket', seen.can.webCodecs ? 'WebCodecs' : 'Media Source']);
  });

  test('still pictures are drawn, too', async () => {
    const seen = await tour('?via=pictures', { brief: true });
    assert.equal(seen.via, 'pictures');
  });

  test('without WebCodecs it plays by Media Source', async () => {
    await browser.addScript('delete window.VideoDecoder;');
    const seen = await tour('?via=websocket', { brief: true });
    assert.deepEqual([seen.via, seen.decoder, seen.can.webCodecs], ['websocket', 'Media Source', false]);
  });
});
