/**
 * A daemon and a browser with a bad line between them: each in a network namespace of its own, joined by
 * `tests/network/relay.py`.
 *
 * ```js
 * const network = await Network.start({ delayMs: 20, lossPercent: 1, rateBps: 5e6 });
 * const daemon = await network.daemon({ name: 'bad-line' }); // tests reach it past the line
 * const browser = await network.browser();
 * await Viewer.watching(browser, daemon);                    // its page comes over the line
 * await network.set({ down: { rateBps: 1e6 }, block: ['udp'] });
 * await network.stop();
 * ```
 * Where `Network.unavailable()` gives a reason, tests skip with it.
 */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { launchBrowser } from './browser.mjs';
import { Daemon, freePort } from './daemon.mjs';
import { chromium, repository } from './paths.mjs';

const RELAY = join(repository, 'tests', 'network', 'relay.py');

export class Network {
  /** Addresses of both ends: `server` and `client`. */
  addresses;
  #relay;
  #answers = [];
  #ends;
  #folder;

  /** Why there can be none here, for `skip`; `false` where there can. */
  static unavailable() {
    const { error, status, stdout } = spawnSync('python3', [RELAY, '--check'], { encoding: 'utf8' });
    if (error) return 'needs python3';
    return status === 0 ? false : stdout.trim() || 'no network can be made here';
  }

  /**
   * Makes the network; `settings` as `Line` in `relay.py` has them: `{delayMs, jitterMs, lossPercent, rateBps,
   * queueMs, block, silence, reorder, seed}`, and in `down` (to the client) and `up` those of one direction.
   */
  static async start(settings = {}) {
    const network = new Network();
    network.#relay = spawn('python3', [RELAY], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: network.#relay.stdout }).on('line', (line) => network.#answers.shift()?.(JSON.parse(line)));
    const { addresses, ...ends } = await network.#answer();
    network.addresses = addresses;
    network.#ends = ends;
    network.#folder = mkdtempSync(join(tmpdir(), 'mjcast-network-'));
    await network.set(settings);
    return network;
  }

  /** Changes the line, from the next packet on. */
  set(settings) {
    return this.#tell({ set: settings });
  }

  /** What has passed and what was dropped: `{down: {packets, bytes, lost, queueFull, blocked}, up: …}`. */
  stats() {
    return this.#tell({ stats: true });
  }

  /** Gives the client another address, as when a laptop leaves one network for another. */
  async move(address) {
    await this.#tell({ move: address });
    this.addresses.client = address;
  }

  /** The command line that runs `argv` at an end, `server` or `client`. */
  inside(end, argv) {
    return ['nsenter', `--net=${this.#ends[end]}`, ...argv];
  }

  /** Runs a program at an end. */
  spawnInside(end, argv, options = {}) {
    const [program, ...rest] = this.inside(end, argv);
    return spawn(program, rest, options);
  }

  /**
   * A daemon at the server's end, as `Daemon.start` makes it. Its `origin` is where tests reach it, past the line,
   * and `pageOrigin` where the client does.
   */
  async daemon({ env = {}, ...options } = {}) {
    const port = options.port ?? (await freePort());
    await this.#tell({ door: { listen: port, to: port } });
    const wrap = (argv) => this.inside('server', argv);
    const everywhere = {
      HOST: '0.0.0.0',
      MJCAST_SERVER__ALLOW_UNAUTHENTICATED: 'true',
      MJCAST_SERVER__ALLOWED_HOSTS: this.addresses.server,
    };
    const daemon = await Daemon.start({ ...options, port, wrap, env: { ...everywhere, ...env } });
    daemon.pageOrigin = `http://${this.addresses.server}:${port}`;
    return daemon;
  }

  /** A browser at the client's end. `secure` origins have what a page has on localhost: WebCodecs, for one. */
  browser({ secure = [] } = {}) {
    const program = join(this.#folder, 'chromium');
    const line = this.inside('client', [chromium()]).map((word) => `'${word}'`).join(' ');
    writeFileSync(program, `#!/bin/sh\nexec ${line} "$@"\n`);
    chmodSync(program, 0o755);
    const args = secure.length > 0 ? [`--unsafely-treat-insecure-origin-as-secure=${secure.join(',')}`] : [];
    return launchBrowser({ executablePath: program, args });
  }

  /** Ends the line. Programs at its ends should have ended before. */
  async stop() {
    const ended = once(this.#relay, 'exit');
    this.#relay.stdin.end();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }

  async #tell(message) {
    this.#relay.stdin.write(`${JSON.stringify(message)}\n`);
    const answer = await this.#answer();
    assert.equal(answer.error, undefined);
    return answer;
  }

  #answer() {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('the relay has ended'));
      this.#relay.once('exit', gone);
      this.#answers.push((answer) => {
        this.#relay.removeListener('exit', gone);
        resolve(answer);
      });
    });
  }
}
