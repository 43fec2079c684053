/** Starting, refusing to start, ending, and coming back. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { launchBrowser } from './lib/browser.mjs';
import { Daemon, freePort, run } from './lib/daemon.mjs';
import { SMALL_STREAM } from './lib/fixture.mjs';
import { alive, family } from './lib/process.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';

/** The exit code of a machine that lacks something. */
const LACKS = 3;
const NO_VULKAN = { VK_DRIVER_FILES: '/nonexistent.json', VK_ICD_FILENAMES: '/nonexistent.json' };
const NO_EGL = { __EGL_VENDOR_LIBRARY_FILENAMES: '/nonexistent.json' };

test('the page comes back by itself when the daemon does', async () => {
  const port = await freePort();
  const first = await Daemon.start({ name: 'lifecycle-first', env: SMALL_STREAM, port });
  const browser = await launchBrowser();
  let second;
  try {
    const viewer = await Viewer.watching(browser, first);
    await viewer.mark();
    assert.equal(await first.stop(), 0, first.log());
    await until('the page has noticed', async () => (await viewer.look()).phase !== 'live');
    second = await Daemon.start({ name: 'lifecycle-second', env: SMALL_STREAM, port });
    await viewer.untilLive({ within_ms: 30_000 });
    await viewer.untilMoreFrames(30);
    assert.equal((await viewer.unbroken()).page, true, 'the page was reloaded');
  } finally {
    await browser.close();
    await first.stop();
    await second?.stop();
  }
});

test('a killed daemon takes its workers along', async () => {
  const daemon = await Daemon.start({ name: 'lifecycle-killed', env: SMALL_STREAM });
  await until('a worker', () => daemon.workers().length > 0);
  const processes = family(daemon.pid);
  await daemon.stop('SIGKILL');
  await until('all are gone', () => !processes.some(alive));
});

test('a taken port is one sentence that names it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  try {
    const { code, stderr } = await run(['serve', '--port', String(port)], { within_ms: 20_000 });
    assert.equal(code, LACKS, stderr);
    assert.match(oneSentence(stderr), new RegExp(`\\b${port}\\b`));
  } finally {
    taken.close();
  }
});

test('a machine that cannot draw is told what to install', async () => {
  const port = String(await freePort());
  const { code, stderr } = await run(['serve', '--port', port], { env: { ...NO_VULKAN, ...NO_EGL }, within_ms: 20_000 });
  assert.equal(code, LACKS, stderr);
  assert.match(oneSentence(stderr), /install|mesa-vulkan-drivers|libvulkan/i);
});

test('--require-gpu refuses a machine where software draws', async (t) => {
  const { body } = await healthOfAnyDaemon();
  if (!body.renderer.software) return t.skip(`this machine has a GPU: ${body.renderer.adapter}`);
  const port = String(await freePort());
  const { code, stderr } = await run(['serve', '--port', port, '--require-gpu'], { within_ms: 20_000 });
  assert.equal(code, LACKS, stderr);
  assert.match(oneSentence(stderr), /gpu|software|llvmpipe/i);
});

test('wrong usage is exit code 2 and names the flag', async () => {
  const { code, stderr } = await run(['serve', '--no-such-flag']);
  assert.equal(code, 2);
  assert.match(stderr, /--no-such-flag/);
});

test('the commands that a person tries first answer', async () => {
  for (const args of [['--help'], ['serve', '--help'], ['render', '--help'], ['--version']]) {
    const { code, stdout } = await run(args);
    assert.equal(code, 0, args.join(' '));
    assert.match(stdout, /mjcast/);
  }
  const doctor = await run(['doctor']);
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
});

/** What a failed start says besides its log lines: one line that begins with the program's word for failure. */
function oneSentence(stderr) {
  const lines = stderr.split('\n').filter((line) => /^(error|mjcast)\b/i.test(line));
  assert.equal(lines.length, 1, `expected one plain sentence:\n${stderr}`);
  return lines[0];
}

async function healthOfAnyDaemon() {
  const daemon = await Daemon.start({ name: 'lifecycle-health', env: SMALL_STREAM });
  try {
    return await daemon.get('/api/health');
  } finally {
    await daemon.stop();
  }
}
