/** The daemon's page in a browser, as a person has it open. */

import { join } from 'node:path';
import { outputFolder } from './paths.mjs';
import { decodePng, psnr } from './picture.mjs';
import { until, untilSettled } from './wait.mjs';

/** Two pictures of one still view: the encoder's last refinements no longer show. */
const STILL_DB = 50;

export class Viewer {
  /** What should never happen in a page: console errors, exceptions, violations of the security policy. */
  complaints = [];
  /** JSON messages that the page's signaling sockets received, oldest first. */
  received = [];
  #commands = 0;

  /** Opens the daemon's page in a browsing context of its own; does not wait for the picture. `script` runs before the page's own; `query` is the address's. */
  static async open(browser, daemon, { width = 640, height = 480, script, query = '' } = {}) {
    const viewer = new Viewer();
    viewer.context = await browser.newContext({ viewport: { width, height } });
    viewer.page = await viewer.context.newPage();
    await viewer.#listen();
    if (script) await viewer.page.addInitScript(script);
    viewer.openedAt = performance.now();
    await viewer.page.goto(`${daemon.pageOrigin}/${query}`, { waitUntil: 'commit' });
    return viewer;
  }

  /** Opens the page and waits for its first frames. */
  static async watching(browser, daemon, options) {
    const viewer = await Viewer.open(browser, daemon, options);
    await viewer.untilLive();
    return viewer;
  }

  close() {
    return this.context.close();
  }

  /** Members of `window.__mjcast`, the video's size, and what has become of the page. */
  look() {
    return this.page.evaluate(() => {
      const video = document.querySelector('video');
      const { connected, phase, framesDecoded, lastState, pc, via, stats } = window.__mjcast;
      return {
        connected,
        phase,
        via,
        decoder: stats?.snapshot.decoder,
        frames: framesDecoded,
        state: lastState,
        connection: pc?.connectionState ?? 'none',
        video: { width: video.videoWidth, height: video.videoHeight },
      };
    });
  }

  /** The newest state message. */
  async state() {
    return (await this.look()).state;
  }

  /** Waits until the page shows frames. */
  untilLive(options) {
    const live = async () => {
      const now = await this.look();
      return now.phase === 'live' && now.frames > 0 && now;
    };
    return until('the page is live', live, { within_ms: 20_000, ...options });
  }

  /** Waits until the page has shown `count` frames more than now. */
  async untilMoreFrames(count, options) {
    const { frames } = await this.look();
    return until(`${count} more frames`, async () => (await this.look()).frames >= frames + count, options);
  }

  /** Waits until `test` holds for the newest state message. */
  untilState(what, test, options) {
    return until(
      `the state says ${what}`,
      async () => {
        const state = await this.state();
        if (test(state)) return state;
        throw new Error(JSON.stringify(state));
      },
      options,
    );
  }

  /** Sends a command as the page does. */
  async command(cmd, params = {}) {
    this.#commands += 1;
    const message = { type: 'command', id: `test-${this.#commands}`, cmd, params };
    await until(`${cmd} is sent`, () => this.page.evaluate((m) => window.__mjcast.send(m), message));
  }

  /** Turns the free camera and waits until the state tells of it. */
  async setCamera(camera) {
    await this.command('set_camera', camera);
    await this.untilState('the camera is there', ({ camera: now }) => sameCamera(now, camera));
  }

  /** Stops, takes `steps` steps, and waits until the state tells of it. */
  async stopAndStep(steps) {
    await this.command('stop');
    await this.untilState('stopped', (s) => s.paused === true && s.step_count === 0);
    if (steps === 0) return;
    await this.command('step', { steps });
    await this.untilState(`${steps} steps`, (s) => s.paused === true && s.step_count === steps);
  }

  /** What the video shows now. */
  async picture() {
    const url = await this.page.evaluate(() => {
      const video = document.querySelector('video');
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext('2d').drawImage(video, 0, 0);
      return canvas.toDataURL('image/png');
    });
    return decodePng(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
  }

  /** Waits until the video stands still, refined, and gives what it shows. */
  stillPicture(options) {
    const same = (a, b) => a.width === b.width && a.height === b.height && psnr(a, b) >= STILL_DB;
    return untilSettled('the picture', () => this.picture(), same, options);
  }

  /** Drags with the left button from the middle of the stage by CSS px; gives the stage's box. */
  async drag(dx, dy, { button = 'left', steps = 8 } = {}) {
    const box = await this.page.locator('#stage').boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down({ button });
    await this.page.mouse.move(x + dx, y + dy, { steps });
    await this.page.mouse.up({ button });
    return box;
  }

  /** Marks the page and its connection, so that `unbroken` can tell whether they are still the same. */
  mark() {
    return this.page.evaluate(() => {
      window.marked = { pc: window.__mjcast.pc };
    });
  }

  /** Whether the page was not reloaded since `mark`, and whether its connection is the same and up. */
  unbroken() {
    return this.page.evaluate(() => {
      const { pc } = window.__mjcast;
      return {
        page: window.marked !== undefined,
        connection: pc !== null && window.marked?.pc === pc && pc.connectionState === 'connected',
      };
    });
  }

  /** Keeps a screenshot in `tests/out/`. */
  screenshot(name) {
    return this.page.screenshot({ path: join(outputFolder(), `${name}.png`) });
  }

  async #listen() {
    const { page, complaints, received } = this;
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload === 'string') received.push(JSON.parse(payload));
      });
    });
    await page.exposeFunction('reportViolation', (text) => complaints.push(`security policy: ${text}`));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        window.reportViolation(`${event.violatedDirective} blocked ${event.blockedURI}`);
      });
    });
  }
}

/** Whether `now` has the numbers of `wanted`. */
export function sameCamera(now, wanted) {
  const near = (a, b) => Math.abs(a - b) < 1e-3;
  return Object.entries(wanted).every(([name, value]) => {
    const is = now?.[name];
    return Array.isArray(value) ? value.every((v, i) => near(is?.[i], v)) : near(is, value);
  });
}

/** The angle from `from` to `to`, degrees, in [-180, 180). */
export function turn(from, to) {
  return ((((to - from + 180) % 360) + 360) % 360) - 180;
}
