/** Chromium without a window. */

import { chromium as playwright } from 'playwright-core';
import { chromium } from './paths.mjs';

/** What makes a run alike on every machine: no sandbox (containers lack it), no GPU, no traffic of its own. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser with a fresh profile; `args` come beside the usual ones. */
export function launchBrowser({ executablePath = chromium(), args = [] } = {}) {
  return playwright.launch({ executablePath, headless: true, args: [...ARGUMENTS, ...args] });
}
