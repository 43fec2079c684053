/**
 * Writes the types of the daemon's HTTP routes, as `docs/openapi.json` describes them, and of its messages, as
 * `docs/protocol.json` does, to where `tsconfig.json` finds them as `#routes` and `#protocol`. Run before every check of types, so that page and description cannot part unnoticed.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const JSON_KIND = 'application/json';
const own = new URL('../node_modules/.mjcast/', import.meta.url);
/** Another description of the messages and another folder, for those who try what a change would break. */
const [protocol = new URL('../../docs/protocol.json', import.meta.url), folder = own] = process.argv.slice(2).map((path) => pathToFileURL(path));

/** Whether what is not required may also be given as `undefined`, and lists are not changed: of messages nothing is. */
let loose = true;

const api = description(new URL('../../docs/openapi.json', import.meta.url));
const routes = Object.entries(api.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => (item[method] ? [`  ${quoted(`${method.toUpperCase()} ${path}`)}: ${route(item[method])};`] : [])),
);
write('routes', `${schemas(api)}\n\nexport interface Routes {\n${routes.join('\n')}\n}\n`);
loose = false;
write('protocol', `${schemas(description(protocol))}\n`);

function description(place) {
  return JSON.parse(readFileSync(place, 'utf8'));
}

function write(name, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.d.ts`, folder), text);
}

function schemas({ components }) {
  const members = Object.entries(components.schemas).map(([name, schema]) => `  ${quoted(name)}: ${typeOf(schema)};`);
  return `export interface Schemas {\n${members.join('\n')}\n}`;
}

function route({ requestBody, responses }) {
  const answers = Object.entries(responses).filter(([status]) => /^2/.test(status));
  const told = answers.map(([, answer]) => bodyOf(answer)).filter((type) => type !== 'undefined');
  return `{ body: ${bodyOf(requestBody)}; answer: ${told.join(' | ') || 'undefined'} }`;
}

function bodyOf(part) {
  const schema = part?.content?.[JSON_KIND]?.schema;
  return schema ? typeOf(schema) : 'undefined';
}

function typeOf(schema) {
  if (schema === true || schema === undefined) return 'unknown';
  if (schema.$ref) return `Schemas[${quoted(schema.$ref.split('/').at(-1))}]`;
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const several = schema.oneOf ?? schema.anyOf;
  if (several) return `(${several.map(typeOf).join(' | ')})`;
  if (schema.allOf) return `(${schema.allOf.map(typeOf).join(' & ')})`;
  if (Array.isArray(schema.type)) return `(${schema.type.map((type) => typeOf({ ...schema, type })).join(' | ')})`;
  switch (schema.type) {
    case 'array':
      return `${loose ? 'readonly ' : ''}(${typeOf(schema.items)})[]`;
    case 'object':
      return objectOf(schema);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      return 'unknown';
  }
}

function objectOf({ properties, required = [], additionalProperties }) {
  if (!properties) return `{ readonly [name: string]: ${typeOf(additionalProperties || undefined)} }`;
  const members = Object.entries(properties).map(([name, schema]) => {
    return `${quoted(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}${required.includes(name) || !loose ? '' : ' | undefined'}`;
  });
  return `{ ${members.join('; ')} }`;
}

function quoted(name) {
  return JSON.stringify(name);
}
