/** Firefox without a window, by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which it speaks by itself. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { program } from './paths.mjs';

const START_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 30_000;
const LISTENS = /WebDriver BiDi listening on (ws:\S+)/;

/** Firefox's program: `FIREFOX`, or the first of its names in PATH; `null` where there is none. */
export function firefox() {
  return program('FIREFOX', ['firefox-esr', 'firefox']);
}

/** Nothing but the page is asked for anything: no update, no telemetry, no lists, no plug-in, no look for a network. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.auto': false,
  'app.update.disabledForTesting': true,
  'browser.contentblocking.features.standard': '-tp,tpPrivate,cookieBehavior0',
  'browser.dom.window.dump.enabled': true,
  'browser.newtabpage.enabled': false,
  'browser.region.network.url': '',
  'browser.safebrowsing.blockedURIs.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.search.update': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'captivedetect.canonicalURL': '',
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'datareporting.usage.uploadEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.blocklist.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.url': 'data:text/plain,',
  'media.gmp-manager.updateEnabled': false,
  'media.gmp-provider.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'network.prefetch-next': false,
  'network.trr.mode': 5,
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'remote.prefs.recommended': true,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.server': '',
  'toolkit.telemetry.unified': false,
};

export class Firefox {
  /** What should never happen in a page: console errors, exceptions, violations of the security policy. */
  complaints = [];
  #process;
  #profile;
  #socket;
  #context;
  #asked = 0;
  #waiting = new Map();

  /** Starts the browser with a fresh profile and one empty page; `preferences` come beside the usual ones. */
  static async launch({ width, height, preferences = {} }) {
    const browser = new Firefox();
    try {
      await browser.#start({ ...PREFERENCES, ...preferences });
      const { capabilities } = await browser.#ask('session.new', { capabilities: {} });
      browser.version = `Firefox ${capabilities.browserVersion}`;
      const { contexts } = await browser.#ask('browsingContext.getTree', {});
      browser.#context = contexts[0].context;
      await browser.#ask('session.subscribe', { events: ['log.entryAdded'] });
      const context = browser.#context;
      await browser.#ask('browsingContext.setViewport', { context, viewport: { width, height } });
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async goto(url) {
    await this.#ask('browsingContext.navigate', { context: this.#context, url, wait: 'interactive' });
  }

  /** Runs `script` in each page before its own. */
  async addScript(script) {
    await this.#ask('script.addPreloadScript', { functionDeclaration: `() => { ${script} }` });
  }

  /** Runs a function in the page and gives back what it returns, by way of JSON. */
  async evaluate(body, ...args) {
    const { type, result, exceptionDetails } = await this.#ask('script.evaluate', {
      expression: `(async () => JSON.stringify(await (${body})(...${JSON.stringify(args)})))()`,
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (type === 'exception') throw new Error(exceptionDetails.text);
    return result.value === undefined ? undefined : JSON.parse(result.value);
  }

  /** Sources of input as WebDriver has them. */
  async perform(actions) {
    await this.#ask('input.performActions', { context: this.#context, actions });
  }

  /** PNG of the page. */
  async screenshot() {
    const { data } = await this.#ask('browsingContext.captureScreenshot', { context: this.#context });
    return Buffer.from(data, 'base64');
  }

  async close() {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      await this.#ask('browser.close', {}).catch(() => child.kill());
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(tooLong);
    }
    this.#socket?.terminate();
    if (this.#profile) rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(preferences) {
    this.#profile = mkdtempSync(join(tmpdir(), 'mjcast-firefox-'));
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
    writeFileSync(join(this.#profile, 'user.js'), lines.join('\n'));
    const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', this.#profile, 'about:blank'];
    const env = { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1', MOZ_DISABLE_AUTO_SAFE_MODE: '1', HOME: this.#profile };
    const child = spawn(firefox(), args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.removeListener('exit', end));
    const address = await new Promise((resolve, reject) => {
      let said = '';
      const tooLong = setTimeout(() => reject(new Error(`Firefox did not start: ${said}`)), START_WITHIN_MS);
      child.once('exit', (code) => reject(new Error(`Firefox ended with code ${code}: ${said}`)));
      child.stderr.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-10_000);
        const found = LISTENS.exec(said);
        if (!found) return;
        clearTimeout(tooLong);
        resolve(found[1]);
      });
    });
    this.#socket = new WebSocket(`${address}/session`, { perMessageDeflate: false });
    this.#socket.on('message', (data) => this.#hear(JSON.parse(data)));
    await once(this.#socket, 'open');
  }

  #ask(method, params) {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) return reject(new Error(`${method}: Firefox is gone`));
      const tooLong = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${method}: no answer of Firefox within ${ANSWER_WITHIN_MS} ms`));
      }, ANSWER_WITHIN_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(tooLong);
        this.#waiting.delete(id);
        if (answer.type === 'success') resolve(answer.result);
        else reject(new Error(`${method}: ${answer.error}: ${answer.message}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #hear(message) {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    else if (message.method === 'log.entryAdded' && message.params.level === 'error') {
      this.complaints.push(`${message.params.type}: ${message.params.text}`);
    }
  }
}
