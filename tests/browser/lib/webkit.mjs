/** WebKitGTK's MiniBrowser on a screen that nobody sees, by WebDriver (https://www.w3.org/TR/webdriver2/). */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './daemon.mjs';
import { program, runnable } from './paths.mjs';
import { until } from './wait.mjs';

const ANSWER_WITHIN_MS = 30_000;
/** A script that is asked to run while the page loads is sometimes never heard of again, and has to be asked anew. */
const SCRIPT_WITHIN_MS = 4_000;
const SCREEN = '1600x1200x24';

/** What driving WebKit takes: its driver, its browser and a screen; `null` unless all are there. */
export function webkit() {
  const driver = program('WEBKIT_DRIVER', ['WebKitWebDriver']);
  const screen = program('XVFB', ['Xvfb']);
  const browser = process.env.WEBKIT ?? miniBrowsers().find(runnable);
  return driver && screen && browser ? { driver, screen, browser } : null;
}

function miniBrowsers() {
  const below = (folder) => {
    try {
      return readdirSync(folder).map((name) => join(folder, name));
    } catch {
      return [];
    }
  };
  const folders = ['/usr/lib', '/usr/libexec', ...below('/usr/lib').filter((name) => name.endsWith('-linux-gnu'))];
  return folders.flatMap(below).filter((name) => /webkit(2gtk|gtk)-[\d.]+$/.test(name)).map((name) => join(name, 'MiniBrowser'));
}

export class WebKit {
  /** What should never happen in a page: console errors, exceptions, violations of the security policy. */
  complaints = [];
  #children = [];
  #folder;
  #address;
  #session;

  /** Starts the browser with a fresh profile and one empty page; `settings` are arguments of MiniBrowser. */
  static async launch({ width, height, settings = [] }) {
    const browser = new WebKit();
    try {
      await browser.#start(settings);
      await browser.#setSize(width, height);
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async goto(url) {
    await this.#ask('POST', 'url', { url });
  }

  /** Runs a function in the page and gives back what it returns, by way of JSON. */
  async evaluate(body, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      (async () => JSON.stringify(await (${body})(...${JSON.stringify(args)})) ?? null)()
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#ask('POST', 'execute/async', { script, args: [] }, SCRIPT_WITHIN_MS);
    if (error) throw new Error(error);
    return value === null ? undefined : JSON.parse(value);
  }

  /** Sources of input as WebDriver has them. */
  async perform(actions) {
    await this.#ask('POST', 'actions', { actions });
  }

  /** PNG of the page. */
  async screenshot() {
    return Buffer.from(await this.#ask('GET', 'screenshot'), 'base64');
  }

  async close() {
    if (this.#session) await this.#ask('DELETE', '').catch(() => undefined);
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill();
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(tooLong);
    }
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #start(settings) {
    const { driver, screen, browser } = webkit();
    this.#folder = mkdtempSync(join(tmpdir(), 'mjcast-webkit-'));
    const runtime = join(this.#folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    const display = await this.#openScreen(screen);
    const port = await freePort();
    const env = {
      ...process.env,
      DISPLAY: `:${display}`,
      GDK_BACKEND: 'x11',
      GSETTINGS_BACKEND: 'memory',
      GTK_USE_PORTAL: '0',
      HOME: this.#folder,
      LIBGL_ALWAYS_SOFTWARE: '1',
      MESA_SHADER_CACHE_DISABLE: 'true',
      NO_AT_BRIDGE: '1',
      // Without a GPU: drawn and put together by the processor.
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      WEBKIT_SKIA_ENABLE_CPU_RENDERING: '1',
      XDG_CACHE_HOME: join(this.#folder, 'cache'),
      XDG_CONFIG_HOME: join(this.#folder, 'config'),
      XDG_DATA_HOME: join(this.#folder, 'data'),
      XDG_RUNTIME_DIR: runtime,
    };
    const child = this.#spawn(driver, [`--port=${port}`], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#listen(child.stdout);
    this.#listen(child.stderr);
    this.#address = `http://127.0.0.1:${port}`;
    await until('the driver of WebKit answers', async () => (await this.#ask('GET', '/status')).ready !== undefined);
    const args = ['--automation', '--enable-write-console-messages-to-stdout=true', ...settings];
    const { sessionId, capabilities } = await this.#ask('POST', '/session', {
      capabilities: { alwaysMatch: { pageLoadStrategy: 'eager', 'webkitgtk:browserOptions': { binary: browser, args } } },
    });
    this.#session = sessionId;
    this.version = `${capabilities.browserName} ${capabilities.browserVersion}`;
  }

  /** A screen with a number that the server chooses. */
  async #openScreen(screen) {
    const child = this.#spawn(screen, ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stdio[3].setEncoding('utf8').on('data', (text) => (said += text));
    return until('a screen', () => {
      if (child.exitCode !== null) throw new Error(`Xvfb ended with code ${child.exitCode}`);
      return said.endsWith('\n') && said.trim();
    });
  }

  /** So that the page itself has this size. */
  async #setSize(width, height) {
    await this.#ask('POST', 'window/rect', { width, height });
    const [inner, innerHeight] = await this.evaluate(() => [window.innerWidth, window.innerHeight]);
    await this.#ask('POST', 'window/rect', { width: 2 * width - inner, height: 2 * height - innerHeight });
  }

  #spawn(command, args, options) {
    const child = spawn(command, args, options);
    this.#children.push(child);
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.removeListener('exit', end));
    return child;
  }

  #listen(stream) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (process.env.WEBKIT_LOG) console.log(line);
        if (/CONSOLE .*\bERROR\b/.test(line)) this.complaints.push(line.replace(/^.*?CONSOLE/, 'console'));
      }
    });
  }

  async #ask(method, path, body, within_ms = ANSWER_WITHIN_MS) {
    const url = path.startsWith('/') ? this.#address + path : `${this.#address}/session/${this.#session}${path && `/${path}`}`;
    const answer = await fetch(url, {
      method,
      signal: AbortSignal.timeout(within_ms),
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }
}
