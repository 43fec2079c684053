/** What the figures were taken on. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { repository } from '../../tests/browser/lib/paths.mjs';

export async function machine(daemon, browser) {
  const { body } = await daemon.get('/api/health');
  return {
    cpu: /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown',
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    load_average_before: loadavg()[0],
    commit: commit(),
    mjcast: body.version,
    adapter: `${body.renderer.adapter} (${body.renderer.backend})`,
    encoder: body.encoder.name,
    chromium: browser.version(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

function commit() {
  const git = (...args) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}
