/** What most test files begin with: one daemon and one browser for all tests of the file. */

import { after, before } from 'node:test';
import { launchBrowser } from './browser.mjs';
import { Daemon } from './daemon.mjs';
import { Viewer } from './viewer.mjs';

/** Small and of the shape of the viewers' windows, so that pictures compare pixel by pixel. */
export const SIZE = { width: 640, height: 480 };
export const SMALL_STREAM = { FRAME_WIDTH: '640', FRAME_HEIGHT: '480', MJCAST_VIDEO__PROFILE: 'fast' };

/** Starts both before the file's tests, with `scene` loaded if it is given, and ends them after. */
export function daemonAndBrowser(name, { scene, env = SMALL_STREAM } = {}) {
  const shared = {};
  before(async () => {
    shared.daemon = await Daemon.start({ name, env });
    // Here and not in a hook of the file's: Node does not make one `before` wait for another.
    if (scene) await shared.daemon.load(scene);
    shared.browser = await launchBrowser();
  });
  after(async () => {
    await shared.browser?.close();
    await shared.daemon?.stop();
  });

  /** Opens viewers, hands them to `body`, and closes them whatever happens; keeps a screenshot of a failure. */
  shared.withViewers = async (count, body, options = SIZE) => {
    const viewers = [];
    try {
      for (let i = 0; i < count; i += 1) viewers.push(await Viewer.watching(shared.browser, shared.daemon, options));
      return await body(...viewers);
    } catch (error) {
      await Promise.all(viewers.map((v, i) => v.screenshot(`${name}-failure-${i}`).catch(() => undefined)));
      throw error;
    } finally {
      await Promise.all(viewers.map((viewer) => viewer.close()));
    }
  };
  return shared;
}
