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
  const found = program('CHROMIUM', ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser']);
  if (!found) throw new Error('no Chromium in PATH: install the package chromium, or set CHROMIUM to its program');
  return found;
}

/** The program that the environment names under `variable`, or the first of `names` in PATH; `null` where there is none. */
export function program(variable, names) {
  if (process.env[variable]) return process.env[variable];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(runnable) ?? null;
}

export function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
