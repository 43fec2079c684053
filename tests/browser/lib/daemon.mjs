/** The real daemon, as a child process on a loopback port of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { binary, outputFolder, scenes } from './paths.mjs';
import { children } from './process.mjs';
import { until } from './wait.mjs';

/** A debug build on a busy machine still answers within this. */
const READY_WITHIN_MS = 30_000;
const END_WITHIN_MS = 10_000;
/** Environment variables that would configure the daemon behind a test's back. */
const CONFIGURING = /^(MJCAST.*|HOST|PORT|LOG_LEVEL|FRAME_(RATE|WIDTH|HEIGHT)|STUN_SERVER|VIEWER_(HOST|PORT)|DEBUG_MODE)$/;

export class Daemon {
  #process;
  #log;
  #headers = {};

  /**
   * Starts `mjcast serve` and waits until it is healthy.
   *
   * `env` adds environment variables, `args` arguments; `name` names the log in `tests/out/`; `wrap` gives the
   * command line that runs one elsewhere.
   */
  static async start({ name = 'daemon', env = {}, args = [], port, wrap } = {}) {
    const daemon = new Daemon();
    daemon.port = port ?? (await freePort());
    daemon.origin = `http://127.0.0.1:${daemon.port}`;
    daemon.pageOrigin = daemon.origin;
    const token = env.MJCAST_AUTH__ADMIN_TOKEN;
    if (token) daemon.#headers = { authorization: `Bearer ${token}` };
    daemon.logPath = join(outputFolder(), `${name}.log`);
    daemon.#log = createWriteStream(daemon.logPath);
    daemon.#process = launch(['serve', '--port', String(daemon.port), ...args], env, wrap);
    daemon.#process.stdout.pipe(daemon.#log, { end: false });
    daemon.#process.stderr.pipe(daemon.#log, { end: false });
    try {
      await until('the daemon is healthy', () => daemon.#healthyOrEnded(), { within_ms: READY_WITHIN_MS });
      if (!daemon.running) throw new Error(`the daemon ended with code ${daemon.#process.exitCode}`);
    } catch (error) {
      await daemon.stop();
      throw new Error(`${error.message}\n${daemon.log()}`);
    }
    return daemon;
  }

  get pid() {
    return this.#process.pid;
  }

  get running() {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Pids of the worker processes. */
  workers() {
    return children(this.pid);
  }

  /** What the daemon has logged. */
  log() {
    return readFileSync(this.logPath, 'utf8');
  }

  /** Ends the daemon and gives back its exit code; `signal` may be harsher than asking. */
  async stop(signal = 'SIGTERM') {
    if (this.running) {
      const ended = once(this.#process, 'exit');
      this.#process.kill(signal);
      const tooLong = setTimeout(() => this.#process.kill('SIGKILL'), END_WITHIN_MS);
      await ended;
      clearTimeout(tooLong);
    }
    this.#log.end();
    return this.#process.exitCode;
  }

  /** GETs a route; gives back its status, headers and parsed body. */
  async get(path) {
    return answer(await fetch(this.origin + path, { headers: this.#headers }));
  }

  /** POSTs JSON to a route. */
  async post(path, body) {
    const headers = { 'content-type': 'application/json', ...this.#headers };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return answer(await fetch(this.origin + path, { method: 'POST', headers, body: text }));
  }

  /** DELETEs what is at a route. */
  async delete(path) {
    return answer(await fetch(this.origin + path, { method: 'DELETE', headers: this.#headers }));
  }

  /** The body of `/api/stats`. */
  async stats() {
    return (await this.get('/api/stats')).body;
  }

  /** What `/api/stats` says of the simulation. */
  async simulation() {
    return (await this.stats()).simulation_state.simulation;
  }

  /** Loads a scene of `tests/browser/scenes/` by its name, or MJCF text; fails unless it is accepted. */
  async load(scene) {
    const xml = scene.trimStart().startsWith('<') ? scene : sceneText(scene);
    const { status, body } = await this.post('/api/scene/load', { xml });
    if (status !== 200 || body.success !== true) throw new Error(`the scene was refused: ${JSON.stringify(body)}`);
  }

  async #healthyOrEnded() {
    if (!this.running) return true;
    const { status, body } = await this.get('/api/health');
    return status === 200 && body.status === 'healthy';
  }
}

/** The file of a scene of `tests/browser/scenes/`. */
export function scenePath(name) {
  return join(scenes, `${name}.xml`);
}

/** The MJCF text of a scene of `tests/browser/scenes/`. */
export function sceneText(name) {
  return readFileSync(scenePath(name), 'utf8');
}

/** Runs the binary to its end; gives back its exit code and what it printed. */
export async function run(args, { env = {}, within_ms = 60_000 } = {}) {
  const child = launch(args, env);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const tooLong = setTimeout(() => child.kill('SIGKILL'), within_ms);
  const [code, signal] = await once(child, 'close');
  clearTimeout(tooLong);
  if (signal) throw new Error(`mjcast ${args.join(' ')} had not ended after ${within_ms} ms:\n${said.stderr}`);
  return { code, ...said };
}

/** A TCP port of the loopback address that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function launch(args, env, wrap = (argv) => argv) {
  const inherited = Object.entries(process.env).filter(([name]) => !CONFIGURING.test(name));
  const [program, ...rest] = wrap([binary(), ...args]);
  const child = spawn(program, rest, {
    env: { ...Object.fromEntries(inherited), MJCAST_STATE__SESSIONS: 'false', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that fails half-way must not leave a daemon behind.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
  return child;
}

async function answer(response) {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const body = /\bjson\b/.test(type) ? JSON.parse(text) : text;
  return { status: response.status, type, body, headers: response.headers };
}
