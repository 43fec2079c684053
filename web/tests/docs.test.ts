import { describe, expect, it } from 'vitest';
import type { Description, Entry, Schema, Schemas } from '../src/docs/document';
import { groups, matching } from '../src/docs/document';
import { curl } from '../src/docs/example';
import { type Field, outline, typeOf } from '../src/docs/schema';
import text from '../../docs/openapi.json?raw';

const schemas: Schemas = {
  Mark: { type: 'object', required: ['tick'], properties: { tick: { type: 'integer' }, time: { type: 'number' } } },
  Role: { type: 'string', enum: ['view', 'control'], description: 'What one may do.' },
  Numbers: { oneOf: [{ type: 'number' }, { type: 'array', items: { type: 'number' } }] },
  Tree: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } } },
};
const mark: Schema = { $ref: '#/components/schemas/Mark' };

describe('types in a line', () => {
  it.each<[Schema, string]>([
    [{ type: 'boolean' }, 'boolean'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'string', format: 'binary' }, 'file'],
    [{ type: 'array', items: { type: 'number' }, minItems: 3, maxItems: 3 }, 'number[3]'],
    [{ type: 'array', items: { type: ['number', 'null'] } }, '(number | null)[]'],
    [{ type: 'object', additionalProperties: { $ref: '#/components/schemas/Numbers' } }, '{name: number | number[]}'],
    [mark, 'Mark'],
    [{ oneOf: [{ type: 'null' }, mark] }, 'Mark | null'],
    [{ $ref: '#/components/schemas/Role' }, '"view" | "control"'],
    [{ $ref: '#/components/schemas/Gone' }, 'any'],
    [{}, 'any'],
  ])('%j is %s', (schema, text) => expect(typeOf(schema, schemas)).toBe(text));
});

describe('outlines', () => {
  const names = (fields: readonly Field[]) => fields.map((field) => field.name);

  it('looks through references, lists and maps, and what may be null', () => {
    for (const schema of [
      mark,
      { type: 'array', items: mark },
      { type: 'object', additionalProperties: mark },
      { oneOf: [{ type: 'null' }, mark] },
    ]) {
      expect(names(outline(schema, schemas))).toEqual(['tick', 'time']);
    }
  });

  it('says what is optional, what it means and what its limits are', () => {
    const schema: Schema = {
      required: ['role'],
      properties: {
        role: { $ref: '#/components/schemas/Role' },
        size: { type: ['integer', 'null'], description: 'px.', minimum: 1, maximum: 8, default: 4 },
      },
    };
    expect(outline(schema, schemas)).toEqual([
      { name: 'role', type: '"view" | "control"', optional: false, note: 'What one may do.', fields: [] },
      { name: 'size', type: 'integer', optional: true, note: 'px. 1 to 8. Default: `4`.', fields: [] },
    ]);
  });

  it('shows forms that differ, and none where the type says it all', () => {
    const forms = outline({ oneOf: [mark, { type: 'string', description: 'Its name.' }] }, schemas);
    expect(forms.map((form) => [form.name, form.type])).toEqual([
      ['', 'Mark'],
      ['', 'string'],
    ]);
    expect(outline({ $ref: '#/components/schemas/Numbers' }, schemas)).toEqual([]);
  });

  it('ends where a schema goes in circles', () => {
    expect(names(outline({ $ref: '#/components/schemas/Tree' }, schemas))).toEqual(['children']);
  });
});

describe('curl lines', () => {
  const body: Schema = { type: 'object', example: { name: "what's this" } };
  const base: Entry = { id: 'x', method: 'get', path: '/a/{id}/b', parameters: [{ name: 'id', in: 'path', example: 'default' }] };
  const line = (entry: Partial<Entry>) => curl({ ...base, ...entry }, schemas, 'http://h:1');

  it('fills in paths and bodies, quoted for a shell', () => {
    expect(line({})).toBe('curl -s http://h:1/a/default/b');
    expect(line({ method: 'delete' })).toBe('curl -s -X DELETE http://h:1/a/default/b');
    const request = { requestBody: { content: { 'application/json': { schema: body } } } };
    const sent = `-H 'content-type: application/json' -d '{"name":"what'\\''s this"}'`;
    expect(line({ method: 'post', ...request })).toBe(`curl -s http://h:1/a/default/b ${sent}`);
    expect(line({ method: 'put', ...request })).toBe(`curl -s -X PUT http://h:1/a/default/b ${sent}`);
  });

  it('breaks what is long into lines', () => {
    expect(line({ path: `/${'long/'.repeat(20)}frame.png`, responses: { 200: { content: { 'image/png': {} } } } })).toMatch(
      /^curl -s \S+ \\\n  -o frame\.png$/,
    );
  });

  it('writes files, and leaves sockets to others', () => {
    const picture = { path: '/frame.png', responses: { 200: { content: { 'image/png': {} } } } };
    expect(line(picture)).toBe('curl -s http://h:1/frame.png -o frame.png');
    expect(line({ responses: { 101: {} } })).toBeUndefined();
  });
});

describe('the committed description', () => {
  const description = JSON.parse(text) as Description;
  const all = groups(description);
  const own = description.components?.schemas ?? {};

  it('has every operation in a group', () => {
    const count = Object.values(description.paths).flatMap((item) => Object.keys(item)).length;
    expect(all.reduce((sum, group) => sum + group.entries.length, 0)).toBe(count);
  });

  it('is searched by every word', () => {
    const found = matching(all, 'PUT state').flatMap((group) => group.entries);
    expect(found.map((entry) => entry.id)).toContain('set_state');
    expect(matching(all, 'no such words')).toEqual([]);
  });

  it('can be written in words, all of it', () => {
    for (const [name, schema] of Object.entries(own)) {
      expect(typeOf(schema, own), name).not.toContain('any');
    }
    for (const entry of all.flatMap((group) => group.entries)) {
      if (entry.requestBody) expect(curl(entry, own, 'http://h:1'), entry.id).toMatch(/ (-d |--data-binary @)/);
    }
  });
});
