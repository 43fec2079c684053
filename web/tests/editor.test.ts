import { describe, expect, it } from 'vitest';
import { nearest, remarks } from '../src/editor/check';
import { offersAt } from '../src/editor/complete';
import { format } from '../src/editor/format';
import { namesIn } from '../src/editor/names';
import { placeOf, sentence } from '../src/editor/place';
import { tags, where } from '../src/editor/scan';
import { kindInWords, Schema } from '../src/editor/schema';

const number = (name: string, count = [1, 1]) => ({ name, type: 'number', count });
const geom = {
  name: 'geom',
  attributes: [
    { name: 'name', type: 'name', of: 'geom' },
    { name: 'type', type: 'choice', values: ['plane', 'sphere', 'box'], default: 'sphere', doc: 'Which shape.' },
    { name: 'material', type: 'reference', of: 'material' },
    { name: 'class', type: 'reference', of: 'class' },
    number('size', [1, 3]),
    { ...number('pos', [3, 3]), default: '0 0 0' },
  ],
  children: [{ name: 'plugin', id: 'plugin', many: true }],
};
const many = (name: string, id = name) => ({ name, id, many: true });
/** What the daemon answers, in small. */
const ANSWER = {
  mujoco: '9.9.9',
  elements: [
    { id: 'mujoco', name: 'mujoco', attributes: [{ name: 'model', type: 'text' }], children: [
      many('option'), many('asset'), many('default'), many('worldbody'), many('sensor'), many('actuator'),
    ] },
    { id: 'option', name: 'option', attributes: [{ ...number('gravity', [3, 3]), default: '0 0 -9.81' }], children: [{ name: 'flag', id: 'option/flag', many: false }] },
    { id: 'option/flag', name: 'flag', attributes: [{ name: 'contact', type: 'choice', values: ['enable', 'disable'] }], children: [] },
    { id: 'asset', name: 'asset', attributes: [], children: [many('material', 'asset/material')] },
    { id: 'asset/material', name: 'material', attributes: [{ name: 'name', type: 'name', of: 'material' }], children: [] },
    { id: 'default', name: 'default', attributes: [{ name: 'class', type: 'name', of: 'class' }], children: [many('default'), many('geom', 'default/geom')] },
    { ...geom, id: 'default/geom' },
    { id: 'worldbody', name: 'worldbody', attributes: [], children: [many('body'), many('geom', 'body/geom')] },
    { id: 'body', name: 'body', attributes: [{ name: 'name', type: 'name', of: 'body' }, { name: 'mocap', type: 'boolean' }], children: [
      many('body'), many('geom', 'body/geom'), many('joint', 'body/joint'),
    ] },
    { ...geom, id: 'body/geom' },
    { id: 'body/joint', name: 'joint', attributes: [{ name: 'name', type: 'name', of: 'joint' }, number('range', [2, 2])], children: [] },
    { id: 'plugin', name: 'plugin', attributes: [], children: [] },
    { id: 'actuator', name: 'actuator', attributes: [], children: [many('position', 'actuator/position')] },
    { id: 'actuator/position', name: 'position', attributes: [{ name: 'joint', type: 'reference', of: 'joint' }], children: [] },
    { id: 'sensor', name: 'sensor', attributes: [], children: [many('framepos', 'sensor/framepos')] },
    { id: 'sensor/framepos', name: 'framepos', attributes: [
      { name: 'objtype', type: 'choice', values: ['body', 'xbody', 'geom'] }, { name: 'objname', type: 'reference', of: '@objtype' },
    ], children: [] },
  ],
};
const schema = Schema.parse(ANSWER) as Schema;

/** Offers where the text has a bar. */
function at(text: string, asked = false) {
  const pos = text.indexOf('|');
  return offersAt(text.replace('|', ''), pos, schema, asked);
}

function labels(text: string, asked = false): string[] {
  return (at(text, asked)?.offers ?? []).map((offer) => offer.label);
}

const DOC = `<mujoco>
  <asset><material name="steel"/><material name="&lt;img onerror&gt;"/></asset>
  <default><default class="red"><geom/></default></default>
  <worldbody>
    <body name="arm"><joint name="elbow"/><geom name="bone" |/></body>
  </worldbody>
</mujoco>`;

describe('completion', () => {
  it('offers the elements that may stand here', () => {
    expect(labels('<mujoco><worldbody><|')).toEqual(['body', 'geom', '/worldbody']);
    expect(labels('<mujoco><worldbody><body><j|</body></worldbody></mujoco>')).toContain('joint');
    expect(labels('<mujoco><worldbody><j|')).not.toContain('joint');
    expect(labels('<|')).toEqual(['mujoco']);
    expect(labels('<mujoco><default><default><|')).toContain('geom');
    expect(labels('<mujoco><nonsense><|')).toEqual(['/nonsense']);
  });

  it('offers what may be once only once', () => {
    expect(labels('<mujoco><option><|</option></mujoco>')).toContain('flag');
    expect(labels('<mujoco><option><flag/><|</option></mujoco>')).not.toContain('flag');
    expect(labels('<mujoco><option><flag/></option><option><|</option></mujoco>')).toContain('flag');
  });

  it('writes whole elements, but only renames those that are there', () => {
    expect(at('<mujoco><worldbody><g|')?.offers.find(({ label }) => label === 'geom')?.snippet).toBe('geom ${}/>');
    expect(at('<mujoco><worldbody><b|')?.offers[0]?.snippet).toContain('</body>');
    expect(at('<mujoco><worldbody><g| size="1"/>')?.offers.find(({ label }) => label === 'geom')?.snippet).toBeUndefined();
  });

  it('offers attributes that are not there yet, by context', () => {
    expect(labels(DOC)).toEqual(['type', 'material', 'class', 'size', 'pos']);
    expect(labels('<mujoco><actuator><position |')).toEqual(['joint']);
    expect(labels('<mujoco><worldbody><geom size="1" t|ype="box"/>')).toContain('type');
    expect(at('<mujoco><worldbody><geom |/>')?.offers.find(({ label }) => label === 'type')?.snippet).toBe('type="${}"');
  });

  it('offers words and names for values', () => {
    expect(labels('<mujoco><worldbody><geom type="|"/>')).toEqual(['plane', 'sphere', 'box']);
    expect(labels('<mujoco><worldbody><body mocap="|"/>')).toEqual(['true', 'false']);
    expect(labels(DOC.replace('|', 'material="|"'))).toEqual(['steel', '&lt;img onerror&gt;']);
    expect(labels(DOC.replace('|', 'class="|"'))).toEqual(['red']);
    expect(labels(`${DOC.replace('|', '').replace('</mujoco>', '')}<actuator><position joint='|`)).toEqual(['elbow']);
    expect(labels('<mujoco><option gravity="|"/>')).toEqual(['0 0 -9.81']);
    expect(labels('<mujoco><worldbody><geom size="|"/>')).toEqual([]);
  });

  it('finds the kind of a name in another attribute', () => {
    const sensed = DOC.replace('|', '').replace('</mujoco>', '<sensor><framepos objtype="geom" objname="|"/></sensor></mujoco>');
    expect(labels(sensed)).toEqual(['bone']);
    expect(labels(sensed.replace('"geom" obj', '"xbody" obj'))).toEqual(['world', 'arm']);
  });

  it('closes what is open, and is still within comments', () => {
    expect(at('<mujoco><worldbody></|')?.offers).toMatchObject([{ label: 'worldbody', snippet: 'worldbody>' }]);
    expect(at('<mujoco><!-- <| --></mujoco>')).toBeNull();
    expect(at('<mujoco>\n  |\n</mujoco>')).toBeNull();
    expect(labels('<mujoco>\n  |\n</mujoco>', true)).toContain('<worldbody');
  });

  it('goes on where a tag before is broken', () => {
    expect(labels('<mujoco><worldbody><geom size="1\n<body><|')).toContain('joint');
    expect(labels('<mujoco><worldbody><geom <body><|')).toContain('body');
  });
});

describe('tags', () => {
  it('are read with their attributes and places', () => {
    const text = `<a b = "c>d" e='f'/>`;
    const [tag] = tags(text);
    expect(tag).toMatchObject({ kind: 'empty', name: 'a', from: 0, to: text.length, ended: true });
    expect(tag?.attributes.map(({ name, value }) => [name, value])).toEqual([['b', 'c>d'], ['e', 'f']]);
  });

  it('end a value that is not closed before the next name', () => {
    const [tag] = tags('<geom material="size=".1" pos="0 0 0"/>');
    expect(tag?.attributes.map(({ name, value }) => [name, value])).toEqual([['material', ''], ['size', '.1'], ['pos', '0 0 0']]);
  });

  it('never fail and always come to an end', () => {
    for (const text of ['<', '</', '<a', '<a b', '<a b=', '<a b="', '<!--', '<a <b <c', '<a "x"/>', '<a =/>', '<a//>', '<\u0000>', '<a b=c>']) {
      expect(tags(text).length).toBeLessThan(4);
      for (let pos = 0; pos <= text.length; pos += 1) where(text, pos);
    }
    expect(tags('<a '.repeat(20_000))).toHaveLength(20_000);
  });
});

describe('names', () => {
  it('are found by kind', () => {
    const names = namesIn(tags(DOC.replace('|', '')), schema);
    expect(names.get('joint')).toMatchObject([{ name: 'elbow', element: 'joint' }]);
    expect(names.get('body')?.map(({ name }) => name)).toEqual(['world', 'arm']);
  });
});

describe('remarks', () => {
  const words = (body: string) => remarks(tags(`<mujoco><worldbody>${body}</worldbody></mujoco>`), schema).map((one) => one.words);

  it('tell of names that MuJoCo does not know, and what was meant', () => {
    expect(words('<geon size="1"/>')).toEqual(['MuJoCo knows no <geon> in <worldbody>. Is geom meant?']);
    expect(words('<geom szie="1"/>')).toEqual(['<geom> has no attribute szie. Is size meant?']);
    expect(words('<geom type="spere"/>')[0]).toMatch(/one of plane, sphere, box. Is sphere meant/);
    expect(words('<geom size="1" pos="0 0 1" type="box"/>')).toEqual([]);
  });

  it('count numbers', () => {
    expect(words('<geom pos="0 0 1 1"/>')).toEqual(['pos takes 3 numbers; these are 4']);
    expect(words('<geom size="0.1 x"/>')).toEqual(['x is no number']);
  });

  it('tell of names that nothing has, unless they may come from elsewhere', () => {
    expect(words('<geom material="stele"/>')).toEqual(['No material is called stele']);
    expect(words('<include file="a.xml"/><geom material="stele"/>').join()).not.toMatch(/No material/);
  });

  it('say nothing of texts of another kind', () => {
    expect(remarks(tags('<robot><link name="a"/></robot>'), schema)).toEqual([]);
  });

  it('know a slip of the hand from another word', () => {
    expect(nearest('colour', ['color', 'size'])).toBe('color');
    expect(nearest('xyz', ['size', 'type'])).toBeUndefined();
  });
});

describe('the place of a mistake', () => {
  const text = '<mujoco>\n  <worldbody>\n    <geom size="1"/> <geom type="spere" size="1"/>\n  </worldbody>\n</mujoco>';

  it('is what the sentence quotes, on its line', () => {
    const place = placeOf(text, { message: "XML Error: invalid keyword: 'spere'\nElement 'geom', line 3" });
    expect(place && text.slice(place.from, place.to)).toBe('spere');
    expect(place?.line).toBe(3);
  });

  it('is the element where nothing is quoted', () => {
    const place = placeOf(text, { message: "Error: size 0 must be positive in geom\nElement 'geom', line 3", line: 3 });
    expect(place && text.slice(place.from, place.to)).toBe('<geom size="1"/>');
  });

  it('is the line where the element is not on it', () => {
    const place = placeOf(text, { message: 'XML parse error 14:\nError=XML_ERROR_MISMATCHED_ELEMENT ErrorID=14 Line number=4' });
    expect(place && text.slice(place.from, place.to)).toBe('</worldbody>');
  });

  it('is nowhere where there is no such line', () => {
    expect(placeOf(text, { message: 'mass and inertia must be larger' })).toBeNull();
    expect(placeOf(text, { message: 'x', line: 99 })).toBeNull();
  });

  it('is not said twice', () => {
    expect(sentence("XML Error: invalid keyword: 'spere'\nElement 'geom', line 3")).toBe("invalid keyword: 'spere'");
    expect(sentence('Error: gravity is heavy')).toBe('gravity is heavy');
    expect(sentence("Error: empty name in material\nElement name '', id 7, line 3")).toBe('empty name in material');
    expect(sentence('scene.xml, line 34: the XML is not well-formed')).toBe('the XML is not well-formed');
  });
});

describe('putting in order', () => {
  it('gives each element a line', () => {
    expect(format('<mujoco><worldbody><body name="a"><geom size="1"/></body></worldbody></mujoco>')).toBe(
      '<mujoco>\n  <worldbody>\n    <body name="a">\n      <geom size="1"/>\n    </body>\n  </worldbody>\n</mujoco>\n',
    );
  });

  it('keeps comments, blank lines and what stands beside an element', () => {
    const text = '<mujoco>\n  <!-- first\n       second -->\n  <option/>  <!-- beside -->\n\n  <worldbody></worldbody>\n</mujoco>\n';
    expect(format(text)).toBe(text);
  });

  it('changes nothing the second time', () => {
    const long = `<mujoco><actuator>${'<position name="a" joint="b" kp="100" ctrlrange="-1 1" forcerange="-10 10" gear="1 0 0 0 0 0" group="1" user="1 2 3"/>'.repeat(2)}</actuator></mujoco>`;
    const once = format(long) ?? '';
    expect(once.split('\n').every((line) => line.length <= 112)).toBe(true);
    expect(format(once)).toBe(once);
  });

  it('leaves what does not fit together', () => {
    for (const text of ['<a><b></a></b>', '<a>', '<a b=c/>', '<a b="<"/>']) expect(format(text)).toBeNull();
  });
});

describe('the schema', () => {
  it('is refused where it is none', () => {
    for (const value of [null, 1, {}, { elements: [] }, { elements: [{ id: 1 }] }]) expect(Schema.parse(value)).toBeNull();
  });

  it('says kinds in words', () => {
    const words = (name: string, path = ['mujoco', 'worldbody', 'geom']) => kindInWords(schema.attribute(path, name)!);
    expect(words('size')).toBe('1 to 3 numbers');
    expect(words('pos')).toBe('3 numbers');
    expect(words('material')).toBe('name of a material');
    expect(words('type')).toBe('plane · sphere · box');
  });
});
