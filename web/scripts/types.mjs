/**
 * Writes the types of the daemon's HTTP routes, as `docs/openapi.json` describes them, to where `tsconfig.json` finds
 * them as `#routes`. Run before every check of types, so that page and description cannot part unnoticed.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const description = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const JSON_KIND = 'application/json';

const schemas = Object.entries(description.components.schemas).map(([name, schema]) => `  ${quoted(name)}: ${typeOf(schema)};`);
const routes = Object.entries(description.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => (item[method] ? [`  ${quoted(`${method.toUpperCase()} ${path}`)}: ${route(item[method])};`] : [])),
);

const folder = new URL('../node_modules/.mjcast/', import.meta.url);
mkdirSync(folder, { recursive: true });
const text = `export interface Schemas {\n${schemas.join('\n')}\n}\n\nexport interface Routes {\n${routes.join('\n')}\n}\n`;
writeFileSync(new URL('routes.d.ts', folder), text);

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
      return `readonly (${typeOf(schema.items)})[]`;
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
    return `${quoted(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}${required.includes(name) ? '' : ' | undefined'}`;
  });
  return `{ ${members.join('; ')} }`;
}

function quoted(name) {
  return JSON.stringify(name);
}
