/**
 * The official conformance suite against the daemon. `expected-*.yml` list what fails, and why; a
 * check that fails without being listed, or passes though it is, fails this.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { daemon } from './daemon.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const suite = here('node_modules/@modelcontextprotocol/conformance/dist/index.js');
// The suite needs Node 22; the lock file brings one.
const node = here('node_modules/.bin/node');

const running = await daemon();
const results = mkdtempSync(join(tmpdir(), 'mjcast-conformance-'));
let failed = false;
for (const revision of ['2026-07-28', '2025-11-25']) {
  const options = ['--requirements', revision, '--expected-failures', here(`expected-${revision}.yml`), '--output-dir', results];
  const { status } = spawnSync(node, [suite, 'server', '--url', new URL('/mcp', running.url).href, ...options], {
    stdio: 'inherit',
    timeout: 120_000,
  });
  failed ||= status !== 0;
}
rmSync(results, { recursive: true });
await running.stop();
process.exitCode = failed ? 1 : 0;
