/** What a person does with the page in a few minutes, in any browser that takes WebDriver's actions. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputFolder } from './paths.mjs';
import { contrast, decodePng, psnr } from './picture.mjs';
import { turn } from './viewer.mjs';
import { until } from './wait.mjs';

/** A ball that circles and a motor that nothing else moves, so that each step shows what it did. */
export const SCENE = `<mujoco model="tour"><statistic center="0 0 .5" extent="2"/><option gravity="0 0 0"/>
  <worldbody><light pos="0 0 3"/><geom type="plane" size="3 3 .1" rgba=".3 .5 .7 1"/>
  <body name="arm" pos="0 0 .5"><joint name="hinge" axis="0 0 1"/><geom type="capsule" fromto="0 0 0 .8 0 0" size=".12" rgba="1 .4 .1 1"/></body>
  <body pos="0 1 .5"><joint name="rail" type="slide" axis="1 0 0" damping="5"/><geom size=".2" rgba="1 1 .2 1"/></body></worldbody>
  <actuator><motor name="push" joint="rail" ctrlrange="-2 2" ctrllimited="true"/></actuator>
  <keyframe><key name="spin" qvel="3 0"/></keyframe></mujoco>`;

/** Two pictures of what stands still are at least this alike, and of what moves less, dB. */
const STILL_DB = 32;
/** A slow machine draws, encodes, decodes and shows on the same cores. */
const PATIENT = { within_ms: 20_000, every_ms: 150 };

const KEYS = { End: '\uE010', Escape: '\uE00C', Control: '\uE009', F1: '\uE031' };

export class Tour {
  /** `browser` has goto, evaluate, perform, screenshot and complaints; `say` tells what was seen. */
  constructor(browser, daemon, say = console.log) {
    this.browser = browser;
    this.daemon = daemon;
    this.say = say;
  }

  /** All of it, or, in brief, without help and editor; gives back by which way that came, what decoded it, and what the browser could have. */
  async take(name, query = '', { brief = false } = {}) {
    try {
      // A page that goes may complain of sockets that it was opening.
      await this.browser.goto('about:blank');
      this.browser.complaints.length = 0;
      const began = performance.now();
      await this.browser.goto(`${this.daemon.pageOrigin}/${query}`);
      const first = await this.live();
      this.say(`${this.browser.version}: a picture by ${first.via} after ${(performance.now() - began).toFixed(0)} ms`);
      await this.step('plays and pauses', () => this.playAndPause());
      await this.step('turns the camera and back', () => this.orbit());
      await this.step('a slider', () => this.slider());
      if (!brief) {
        await this.step('help', () => this.help());
        await this.step('the editor', () => this.editor());
      }
      const seen = await until('figures of the stream', async () => {
        const now = await this.look();
        return (now.decoder || now.via === 'pictures') && now;
      }, PATIENT);
      assert.deepEqual(this.browser.complaints, []);
      // The next to come finds nothing open.
      await this.browser.evaluate(() => [localStorage, sessionStorage].forEach((storage) => storage.clear()));
      return { ...seen, can: await this.abilities() };
    } catch (error) {
      await this.keep(`${name}-failure`).catch(() => undefined);
      error.message += `\n${JSON.stringify(await this.look().catch(() => null))} ${this.browser.complaints.join('; ')}`;
      throw error;
    }
  }

  /** What this browser has of what the page would like. */
  abilities() {
    return this.browser.evaluate(async () => {
      const has = (name) => typeof window[name] !== 'undefined';
      const codecs = has('RTCRtpReceiver') ? RTCRtpReceiver.getCapabilities('video').codecs.map((one) => one.mimeType) : [];
      const config = { codec: 'avc1.4d401f' };
      return {
        webrtc: has('RTCPeerConnection'),
        h264ByWebRtc: codecs.includes('video/H264'),
        webCodecs: has('VideoDecoder') && (await VideoDecoder.isConfigSupported(config).then((s) => s.supported, () => false)),
        mediaSource: has('MediaSource') && MediaSource.isTypeSupported('video/mp4; codecs="avc1.4d401f"'),
      };
    });
  }

  look() {
    return this.browser.evaluate(() => {
      const { phase, via, framesDecoded, lastState, stats } = window.__mjcast;
      return { phase, via, frames: framesDecoded, decoder: stats?.snapshot?.decoder, time: lastState.time, paused: lastState.paused, azimuth: lastState.camera?.azimuth };
    });
  }

  live() {
    return until('the page is live', async () => {
      const now = await this.look();
      if (now.phase === 'live' && now.frames > 0) return now;
      throw new Error(JSON.stringify(now));
    }, { ...PATIENT, within_ms: 30_000 });
  }

  async playAndPause() {
    await this.daemon.post('/api/sessions/default/commands', { cmd: 'keyframe_load', params: { name: 'spin' } });
    if ((await this.look()).paused) await this.press('#start-sim-btn');
    await this.untilPaused(false);
    const before = await this.picture();
    assert.ok(contrast(before) > 5, 'the picture is blank');
    await until('the picture moves', async () => psnr(before, await this.picture()) < STILL_DB, PATIENT);
    await this.press('#pause-sim-btn');
    await this.untilPaused(true);
    await this.still();
  }

  async orbit() {
    const [{ azimuth }, before] = [await this.look(), await this.still()];
    await this.drag('#stage', 120, 0);
    await until('a turned camera', async () => Math.abs(turn(azimuth, (await this.look()).azimuth)) > 20, PATIENT);
    await until('another picture', async () => psnr(before, await this.picture()) < STILL_DB, PATIENT);
    await this.press('#reset-camera-btn');
    await until('the camera is back', async () => Math.abs(turn(azimuth, (await this.look()).azimuth)) < 1, PATIENT);
    await until('the picture, too', async () => psnr(before, await this.picture()) > STILL_DB, PATIENT);
  }

  async help() {
    await this.focus('#stage');
    for (const key of ['?', KEYS.F1]) {
      await this.type(key);
      await this.shown('[role=dialog], dialog[open]');
      await this.type(KEYS.Escape);
      await this.gone('[role=dialog], dialog[open]');
    }
    await this.focus('#stage');
    await this.type(' ');
    await this.untilPaused(false);
    await this.type(' ');
    await this.untilPaused(true);
  }

  async slider() {
    await this.press('#panels-btn');
    await this.shown('#dock');
    await this.browser.evaluate(() => {
      const head = document.querySelector('[aria-controls=section-controls]');
      if (head?.getAttribute('aria-expanded') !== 'true') head?.click();
    });
    await this.shown('#section-controls [role=slider], #section-controls input[type=range]');
    await this.focus('#section-controls [role=slider], #section-controls input[type=range]');
    await this.type(KEYS.End);
    await until('the motor is at its limit', async () => {
      const { body } = await this.daemon.get('/api/sessions/default/ctrl');
      return body.ctrl.push.value === 2;
    }, PATIENT);
    await this.press('#panels-btn');
    await this.gone('#dock');
  }

  async editor() {
    await this.press('#edit-scene-btn');
    // The text's styles are its own, in a shadow tree.
    await until('the text', () => this.browser.evaluate(() => {
      const text = document.querySelector('#xml-editor')?.shadowRoot?.querySelector('.cm-content');
      text?.focus();
      return text?.innerText.includes('hinge');
    }), PATIENT);
    await this.untilStatus('Compiles');
    await this.type(KEYS.End, KEYS.Control);
    await this.type('<');
    await until('a mistake is found', async () => !/Compiles/.test(await this.status()) && /line|error|XML/i.test(await this.status()), PATIENT);
    await this.press('.editor [aria-label^="Close"]');
    await this.gone('.editor');
  }

  status() {
    return this.browser.evaluate(() => document.querySelector('.editor-status')?.innerText ?? '');
  }

  untilStatus(words) {
    return until(`the editor says ${words}`, async () => {
      const status = await this.status();
      if (status.includes(words)) return true;
      throw new Error(status);
    }, PATIENT);
  }

  untilPaused(paused) {
    return until(paused ? 'it stands' : 'it runs', async () => (await this.look()).paused === paused, PATIENT);
  }

  /** What the video shows now. */
  async picture() {
    const url = await this.browser.evaluate(() => {
      const video = document.querySelector('#remote-video');
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      canvas.getContext('2d').drawImage(video, 0, 0);
      return canvas.toDataURL('image/png');
    });
    return decodePng(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
  }

  /** What it shows once it stands still. */
  async still() {
    let last = await this.picture();
    return until('a still picture', async () => {
      const next = await this.picture();
      const same = psnr(last, next) > STILL_DB + 6;
      last = next;
      return same && next;
    }, PATIENT);
  }

  /** The middle of an element that nothing lies on, CSS px. */
  place(selector) {
    return until(`${selector} can be pressed`, () => this.browser.evaluate((wanted) => {
      const element = [...document.querySelectorAll(wanted)].find((one) => one.checkVisibility() && !one.disabled);
      if (!element) return null;
      const box = element.getBoundingClientRect();
      const [x, y] = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
      const top = document.elementFromPoint(x, y);
      return element.contains(top) || top?.contains(element) ? { x, y } : null;
    }, selector), PATIENT);
  }

  async press(selector) {
    await this.pointer([{ type: 'pointerMove', ...(await this.place(selector)) }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }]);
  }

  async drag(selector, dx, dy) {
    const { x, y } = await this.place(selector);
    const moves = [1, 2, 3, 4, 5, 6].map((i) => ({ type: 'pointerMove', x: x + Math.round((dx * i) / 6), y: y + Math.round((dy * i) / 6), duration: 30 }));
    await this.pointer([{ type: 'pointerMove', x, y }, { type: 'pointerDown', button: 0 }, ...moves, { type: 'pointerUp', button: 0 }]);
  }

  pointer(actions) {
    return this.browser.perform([{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }]);
  }

  /** What still moves in takes no focus. */
  focus(selector) {
    return until(`${selector} has the focus`, () => this.browser.evaluate((wanted) => {
      const element = document.querySelector(wanted);
      element?.focus();
      return element === document.activeElement;
    }, selector), PATIENT);
  }

  /** Presses a key, with another held. */
  async type(value, held) {
    const key = [{ type: 'keyDown', value }, { type: 'keyUp', value }];
    const actions = held ? [{ type: 'keyDown', value: held }, ...key, { type: 'keyUp', value: held }] : key;
    await this.browser.perform([{ type: 'key', id: 'keyboard', actions }]);
  }

  shown(selector) {
    return until(`${selector} is shown`, () => this.isShown(selector), PATIENT);
  }

  gone(selector) {
    return until(`${selector} is gone`, async () => !(await this.isShown(selector)), PATIENT);
  }

  isShown(selector) {
    return this.browser.evaluate((wanted) => [...document.querySelectorAll(wanted)].some((one) => one.checkVisibility()), selector);
  }

  async keep(name) {
    writeFileSync(join(outputFolder(), `${name}.png`), await this.browser.screenshot());
  }

  async step(what, body) {
    const began = performance.now();
    await body().catch((error) => {
      error.message = `${what}: ${error.message}`;
      throw error;
    });
    this.say(`  ${what}: ${(performance.now() - began).toFixed(0)} ms`);
  }
}
