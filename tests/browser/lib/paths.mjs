/** Where things are in the repository. */

import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
export const scenes = resolve(fileURLToPath(new URL('../scenes', import.meta.url)));

/** The folder for logs and pictures that a person may want to see; ignored by git. */
export function outputFolder() {
  const folder = join(repository, 'tests', 'out');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The daemon's binary: `MJCAST_BIN`, or what `cargo build --release` made. */
export function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(repository, 'target');
  const path = process.env.MJCAST_BIN ?? resolve(repository, target, 'release', 'mjcast');
  if (!runnable(path)) throw new Error(`${path} is missing: run \`cargo build --release\` or set MJCAST_BIN`);
  return path;
}

/** Chromium's program: `CHROMIUM`, or the first of its names in PATH. */
export function chromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(runnable);
  if (!found) throw new Error('no Chromium in PATH: install the package chromium, or set CHROMIUM to its program');
  return found;
}

function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
