#!/usr/bin/env node
/**
 * Measures the daemon with real Chromium: frames, CPU, memory, delays. See benches/README.md.
 *
 * Needs `npm ci` in tests/browser/ and a release build.
 */

import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../tests/browser/lib/browser.mjs';
import { Daemon } from '../tests/browser/lib/daemon.mjs';
import { cpu_s, family, proportional_mib, resident_mib } from '../tests/browser/lib/process.mjs';
import { Viewer } from '../tests/browser/lib/viewer.mjs';
import { untilSettled } from '../tests/browser/lib/wait.mjs';
import { delays } from './stream/delays.mjs';
import { machine } from './stream/machine.mjs';
import { summary, table } from './stream/report.mjs';
import { Watchers } from './stream/watchers.mjs';

const { values: flags } = parseArgs({
  options: {
    bin: { type: 'string' },
    size: { type: 'string', default: '640x480' },
    fps: { type: 'string', default: '30' },
    duration: { type: 'string', default: '15' },
    scene: { type: 'string', default: 'four_geoms' },
    viewers: { type: 'string', default: '0,1,10' },
    delays: { type: 'string', default: '80' },
    joins: { type: 'string', default: '12' },
    only: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const HELP = `usage: node benches/stream.mjs [flags]
  --bin FILE         the daemon's binary       [target/release/mjcast]
  --size WxH         size of the stream        [640x480]
  --fps HZ           frames per second         [30]
  --duration S       time of each measurement  [15]
  --scene NAME       scene of tests/browser/scenes/ [four_geoms]
  --viewers N,N,…    numbers of viewers        [0,1,10]
  --delays N         samples of input delay    [80]
  --joins N          samples of first frame    [12]
  --only PARTS       of load, delay, join (comma-separated)
  --json FILE        writes the figures there`;

if (flags.help) {
  console.log(HELP);
} else {
  if (flags.bin) process.env.MJCAST_BIN = flags.bin;
  await main();
}

async function main() {
  const [width, height] = flags.size.split('x').map(Number);
  const settings = {
    width,
    height,
    fps: Number(flags.fps),
    duration_s: Number(flags.duration),
    scene: flags.scene,
  };
  const env = { FRAME_WIDTH: String(width), FRAME_HEIGHT: String(height), FRAME_RATE: flags.fps };
  const parts = (flags.only ?? 'load,delay,join').split(',');
  const daemon = await Daemon.start({ name: 'bench-stream', env });
  const browser = await launchBrowser();
  try {
    await daemon.load(settings.scene);
    const result = { settings, machine: await machine(daemon, browser) };
    if (parts.includes('load')) result.load = await measureLoads(daemon, browser, settings);
    if (parts.includes('delay')) result.input_to_visible_ms = await measureDelays(daemon, browser, settings);
    if (parts.includes('join')) result.first_frame_ms = await measureJoins(daemon, browser, settings);
    console.log(table(result));
    const json = JSON.stringify(result, null, 2);
    if (flags.json) writeFileSync(flags.json, `${json}\n`);
    else console.log(json);
  } finally {
    await browser.close();
    await daemon.stop();
  }
}

/** CPU, memory and frames for each number of viewers who look the same way. */
async function measureLoads(daemon, browser, settings) {
  const loads = [];
  for (const count of flags.viewers.split(',').map(Number)) {
    const watchers = await Watchers.open(browser, daemon, settings);
    try {
      await watchers.add(count);
      await settle(daemon);
      loads.push({ viewers: count, ...(await measureLoad(daemon, watchers, settings)) });
      progress(`${count} viewers: ${loads.at(-1).cores.toFixed(3)} cores`);
    } finally {
      await watchers.close();
    }
  }
  return loads;
}

async function measureLoad(daemon, watchers, { duration_s }) {
  const ours = family(daemon.pid);
  const theirs = family(process.pid).filter((pid) => pid !== process.pid && !ours.includes(pid));
  const read = async () => ({
    at_s: performance.now() / 1000,
    daemon_s: cpu_s([daemon.pid]),
    worker_s: cpu_s(ours.slice(1)),
    browser_s: cpu_s(theirs),
    simulated_s: (await daemon.simulation()).time,
    streams: await watchers.counts(),
  });
  const before = await read();
  await pause(duration_s * 1000);
  const after = await read();
  const rate = (name) => (after[name] - before[name]) / (after.at_s - before.at_s);
  return {
    daemon_cores: rate('daemon_s'),
    worker_cores: rate('worker_s'),
    cores: rate('daemon_s') + rate('worker_s'),
    chromium_cores: rate('browser_s'),
    real_time_factor: rate('simulated_s'),
    rss_mib: resident_mib(ours),
    pss_mib: proportional_mib(ours),
    daemon_rss_mib: resident_mib([daemon.pid]),
    worker_rss_mib: resident_mib(ours.slice(1)),
    streams: after.streams.map((stream, i) => streamFigures(before.streams[i], stream)),
  };
}

function streamFigures(before, after) {
  const difference = (name) => after[name] - before[name];
  const seconds = difference('at_ms') / 1000;
  return {
    size: `${after.width}x${after.height}`,
    decoded_fps: difference('decoded') / seconds,
    presented_fps: difference('presented') / seconds,
    dropped: difference('dropped'),
    kbit_per_s: (difference('bytes') * 8) / 1000 / seconds,
    jitter_buffer_ms: (1000 * difference('buffered_s')) / difference('emitted'),
    decode_ms: (1000 * difference('decoding_s')) / difference('decoded'),
    keyframes: difference('keyframes'),
  };
}

/** Time from an input event in the page to the first frame shown that it changed, still and running. */
async function measureDelays(daemon, browser, { width, height }) {
  const samples = Number(flags.delays);
  const viewer = await Viewer.watching(browser, daemon, { width, height });
  try {
    await viewer.setCamera({ elevation: -15 });
    const running = await delays(viewer, samples);
    progress(`input to visible change, running: ${summary(running.callback).median.toFixed(1)} ms`);
    await viewer.command('pause');
    await viewer.untilState('paused', (s) => s.paused === true);
    await viewer.stillPicture();
    const still = await delays(viewer, samples);
    progress(`input to visible change, paused: ${summary(still.callback).median.toFixed(1)} ms`);
    await viewer.command('play');
    const both = (d) => ({ callback: summary(d.callback), display: summary(d.display), missed: d.missed });
    return { paused: both(still), running: both(running) };
  } finally {
    await viewer.close();
  }
}

/** Time from opening the socket to the first decoded frame, into an idle and into a watched session. */
async function measureJoins(daemon, browser, settings) {
  const joins = Number(flags.joins);
  const watchers = await Watchers.open(browser, daemon, settings);
  try {
    const alone = await watchers.firstFrames(joins);
    await watchers.add(1);
    const company = await watchers.firstFrames(joins);
    progress(`first frame: ${summary(alone).median.toFixed(0)} ms alone, ${summary(company).median.toFixed(0)} ms in company`);
    return { alone: summary(alone), in_company: summary(company) };
  } finally {
    await watchers.close();
  }
}

/** Waits until start-up work is over: the CPU used in a second no longer falls. */
function settle(daemon) {
  const used = () => cpu_s(family(daemon.pid));
  let before = used();
  const rate = () => {
    const now = used();
    const spent = now - before;
    before = now;
    return spent;
  };
  return untilSettled('the load', async () => rate(), (a, b) => Math.abs(a - b) < 0.15, {
    every_ms: 1000, quiet_ms: 2500, within_ms: 30_000,
  });
}

function progress(text) {
  console.error(text);
}
