/** Weighs the built page: fails where its scripts are heavier than they may be. */

import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** What `index.html` fetches before there can be a picture, bytes of gzip. */
const MOST_BEFORE_THE_PICTURE = 40_000;
/** All scripts of the page, those included that are fetched when they are wanted. */
const MOST_IN_ALL = 250_000;
/** Pages of their own, which the viewer never loads. */
const OTHER_PAGES = /^(docs|diagnose)-/;

const dist = new URL('../dist/', import.meta.url);
const weight = (path) => gzipSync(readFileSync(new URL(path, dist))).length;
const sum = (paths) => paths.reduce((all, path) => all + weight(path), 0);

const page = readFileSync(new URL('index.html', dist), 'utf8');
const first = [...new Set([...page.matchAll(/(?:src|href)="\.?\/?([^"]+\.js)"/g)].map(([, path]) => path))];
const all = readdirSync(new URL('assets/', dist)).filter((name) => name.endsWith('.js') && !OTHER_PAGES.test(name));
const [before, whole] = [sum(first), sum(all.map((name) => `assets/${name}`))];

console.log(`scripts before the picture: ${before} of ${MOST_BEFORE_THE_PICTURE} bytes, in all: ${whole} of ${MOST_IN_ALL}`);
if (first.length === 0) throw new Error('dist/index.html names no script');
if (before > MOST_BEFORE_THE_PICTURE) throw new Error(`too much before the picture: make a part of it lazy\n${listed(first)}`);
if (whole > MOST_IN_ALL) throw new Error(`too much in all\n${listed(all.map((name) => `assets/${name}`))}`);

function listed(paths) {
  return paths.map((path) => `${String(weight(path)).padStart(8)} ${path}`).join('\n');
}
