/** Requests as one can type them. */

import type { Entry, Parameter, Schema, Schemas } from './document';
import { resolve } from './schema';

/** A longer command is broken into lines. */
const LINE_LENGTH = 110;

/** A `curl` command that asks for `entry`; nothing where curl is of no use. */
export function curl(entry: Entry, schemas: Schemas, origin: string): string | undefined {
  const replies = entry.responses ?? {};
  if ('101' in replies) return undefined;
  const body = Object.entries(entry.requestBody?.content ?? {})[0];
  const implied = entry.method === 'get' || (entry.method === 'post' && body);
  const method = implied ? '' : ` -X ${entry.method.toUpperCase()}`;
  const parts = [`curl -s${method} ${quoted(origin + filled(entry))}`];
  if (body) {
    const [kind, { schema, example }] = body;
    const sent = example ?? (schema && exampleOf(schema, schemas));
    const header = `-H ${quoted(`content-type: ${kind}`)}`;
    if (sent !== undefined) parts.push(header, `-d ${quoted(JSON.stringify(sent))}`);
    // What no example can be written of is in a file.
    else if (!/json/.test(kind)) parts.push(header, '--data-binary @FILE');
  }
  const file = fileOf(entry);
  if (file) parts.push(`-o ${file}`);
  const line = parts.join(' ');
  return line.length > LINE_LENGTH ? parts.join(' \\\n  ') : line;
}

/** What stands for a value of this schema in an example, if anything does. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const resolved = resolve(schema, schemas);
  if (resolved.example !== undefined) return resolved.example;
  for (const form of resolved.oneOf ?? resolved.anyOf ?? []) {
    const found = exampleOf(form, schemas);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The path with examples in place of its parameters. */
function filled(entry: Entry): string {
  return entry.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = entry.parameters?.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(String(parameterExample(parameter) ?? name));
  });
}

function parameterExample(parameter: Parameter | undefined): unknown {
  return parameter?.example ?? parameter?.schema?.example ?? parameter?.schema?.default;
}

/** A name for what comes, where it is no text. */
function fileOf(entry: Entry): string | undefined {
  const kinds = Object.keys(entry.responses?.['200']?.content ?? {});
  if (!kinds.some((kind) => /^(image|video|application\/(zip|octet-stream))/.test(kind))) return undefined;
  const last = filled(entry).split('/').pop() ?? '';
  return last.includes('.') ? last : `${last}.zip`;
}

function quoted(text: string): string {
  return /^[\w:/.,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
