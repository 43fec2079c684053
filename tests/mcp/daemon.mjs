/** The daemon's binary on a port of its own. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export const binary = process.env.MJCAST_BIN;

export async function daemon() {
  // The daemon takes variables of its name for its configuration.
  const { MJCAST_BIN, ...env } = process.env;
  const child = spawn(MJCAST_BIN, ['serve', '--port', '0', '--size', '64x64'], { env: { ...env, MJCAST_STATE__SESSIONS: 'false' }, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = createInterface({ input: child.stderr });
  const url = await new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error('the daemon ended before it said where it listens')));
    lines.on('line', (line) => {
      const found = /open (http:\/\/\S+)/.exec(line);
      if (found) resolve(found[1]);
    });
  });
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.on('exit', resolve);
      child.kill();
    });
  return { url, stop };
}
