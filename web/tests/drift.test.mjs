/** What the daemon describes and what the page reads part only with a type error. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const web = resolve(import.meta.dirname, '..');
const text = readFileSync(join(web, '../docs/protocol.json'), 'utf8');
mkdirSync(join(web, 'node_modules/.mjcast'), { recursive: true });
const folder = mkdtempSync(join(web, 'node_modules/.mjcast/drift-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the compiler says of the page's protocol when the daemon describes it so. */
function errors(change) {
  const described = JSON.parse(text);
  change(described.components.schemas);
  writeFileSync(join(folder, 'protocol.json'), JSON.stringify(described));
  execFileSync(process.execPath, [join(web, 'scripts/types.mjs'), join(folder, 'protocol.json'), `${folder}/`]);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../tsconfig.json',
      compilerOptions: { paths: { '#protocol': ['./protocol.d.ts'], '#routes': ['./routes.d.ts'] } },
      include: [],
      files: ['server', 'client', 'company'].map((name) => `../../../src/protocol/${name}.ts`).concat('../../../src/connection/link.ts'),
    }),
  );
  return spawnSync(process.execPath, [join(web, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' }).stdout;
}

function rename(of, from, to) {
  of.properties[to] = of.properties[from];
  delete of.properties[from];
  of.required = of.required.map((name) => (name === from ? to : name));
}

const message = (type) => ({ type: 'object', required: ['type'], properties: { type: { type: 'string', enum: [type] } } });

describe('the page keeps to what the daemon describes', () => {
  it('as it is', () => expect(errors(() => undefined)).toBe(''), 30_000);

  it.each([
    ['a field has another name', ({ State }) => rename(State, 'paused', 'halted'), /'paused'/],
    ['a field is of another type', ({ State }) => void (State.properties.time = { type: 'string' }), /'time'|number/],
    ['there is a field more', ({ FrameState }) => void (FrameState.properties['more'] = { type: 'number' }), /more/],
    ['there is a message more', ({ ServerMessage }) => void ServerMessage.oneOf.push(message('news')), /news/],
    ['a message is gone', ({ ServerMessage }) => void ServerMessage.oneOf.splice(1, 1), /answer/],
    ['a command has another name', ({ Commands }) => rename(Commands, 'request_keyframe', 'keyframe'), /request_keyframe/],
    ['a request has another name', ({ ClientMessage }) => void ClientMessage.oneOf.splice(0, 1), /offer/],
  ])('or does not compile: %s', (_, change, said) => expect(errors(change)).toMatch(said), 30_000);
});
