/** Schemas in words: the type of a value in one line, and an outline of what is in it. */

import type { Schema, Schemas } from './document';

/** A field, or one of several forms that a value may have. */
export interface Field {
  /** Empty for a form. */
  name: string;
  type: string;
  optional: boolean;
  /** What it means, and its limits. */
  note: string;
  fields: readonly Field[];
}

/** Nothing here is nested deeper; it ends what a description that goes in circles would begin. */
const DEEPEST = 8;

/** The schema behind a reference, with what the reference adds to it. */
export function resolve(schema: Schema, schemas: Schemas): Schema {
  const { $ref, ...own } = schema;
  const found = $ref === undefined ? undefined : schemas[nameOf($ref)];
  return found ? { ...found, ...own } : schema;
}

/** The type of a value: `number[3]`, `{name: string}`, `"view" | "control"`, `Mark | null`. */
export function typeOf(schema: Schema, schemas: Schemas, depth = 0): string {
  const resolved = resolve(schema, schemas);
  const forms = formsOf(resolved);
  if (depth > DEEPEST) return 'any';
  if (forms) return joined(forms.map((form) => typeOf(form, schemas, depth + 1)));
  if (resolved.enum) return resolved.enum.map((value) => JSON.stringify(value)).join(' | ');
  const types = typeof resolved.type === 'string' ? [resolved.type] : (resolved.type ?? []);
  if (types.length === 0) return 'any';
  return joined(types.map((type) => single(type, resolved, schema, schemas, depth)));
}

/** What is in a value: the fields of an object or of a list's or map's items, or the forms it may have. */
export function outline(schema: Schema, schemas: Schemas, depth = 0): Field[] {
  if (depth > DEEPEST) return [];
  const resolved = resolve(schema, schemas);
  const inner = resolved.items ?? (resolved.properties ? undefined : itemsOf(resolved));
  if (inner) return outline(inner, schemas, depth + 1);
  const forms = formsOf(resolved)?.filter((form) => typeOf(form, schemas) !== 'null');
  if (forms?.length === 1 && forms[0]) return outline(forms[0], schemas, depth + 1);
  if (forms) {
    const described = forms.map((form) => field('', form, true, schemas, depth));
    // Where none has anything in it, the type says it all.
    return described.some((form) => form.fields.length > 0) ? described : [];
  }
  return Object.entries(resolved.properties ?? {}).map(([name, property]) =>
    field(name, property, resolved.required?.includes(name) ?? false, schemas, depth),
  );
}

function field(name: string, schema: Schema, required: boolean, schemas: Schemas, depth: number): Field {
  const resolved = resolve(schema, schemas);
  const type = typeOf(schema, schemas);
  return {
    name,
    // What may be missing may be null as well, which says nothing new.
    type: required ? type : type.replace(/ \| null$/, ''),
    optional: !required,
    note: noteOf(schema, resolved),
    fields: outline(schema, schemas, depth + 1),
  };
}

function single(type: string, resolved: Schema, schema: Schema, schemas: Schemas, depth: number): string {
  if (type === 'array') {
    const item = typeOf(resolved.items ?? {}, schemas, depth + 1);
    const fixed = resolved.minItems !== undefined && resolved.minItems === resolved.maxItems;
    return `${item.includes(' ') ? `(${item})` : item}[${fixed ? resolved.minItems : ''}]`;
  }
  if (type === 'object') {
    const items = itemsOf(resolved);
    if (!resolved.properties && items) return `{name: ${typeOf(items, schemas, depth + 1)}}`;
    return schema.$ref ? nameOf(schema.$ref) : 'object';
  }
  if (type === 'string' && resolved.format === 'binary') return 'file';
  return type;
}

/** One of these, `null` last. */
function joined(types: readonly string[]): string {
  const nulls = types.filter((type) => type === 'null');
  return [...new Set([...types.filter((type) => type !== 'null'), ...nulls])].join(' | ');
}

function noteOf(schema: Schema, resolved: Schema): string {
  const limits: string[] = [];
  const { minimum, maximum } = resolved;
  if (minimum !== undefined && maximum !== undefined) limits.push(`${minimum} to ${maximum}.`);
  else if (maximum !== undefined) limits.push(`At most ${maximum}.`);
  if (resolved.default !== undefined && resolved.default !== null) {
    limits.push(`Default: \`${JSON.stringify(resolved.default)}\`.`);
  }
  // A reference's own words come first; without, those of what it refers to.
  return [schema.description ?? resolved.description ?? '', ...limits].filter(Boolean).join(' ');
}

function formsOf(schema: Schema): readonly Schema[] | undefined {
  return schema.oneOf ?? schema.anyOf;
}

function itemsOf(schema: Schema): Schema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
