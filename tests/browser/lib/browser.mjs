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

/** Starts a browser with a fresh profile. */
export function launchBrowser() {
  return playwright.launch({ executablePath: chromium(), headless: true, args: ARGUMENTS });
}
