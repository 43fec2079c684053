import { describe, expect, it } from 'vitest';
import { diff, marks, type Line } from '../src/editor/diff';
import { draftOf, dropDraft, keepDraft, keyOf } from '../src/editor/draft';
import { asked, bytes, chosen, packed, parcel, size, unfolded } from '../src/editor/files';

/** A diff as text: `  same`, `- gone`, `+ come`. */
function shown(before: string, after: string): string[] {
  const sign = { same: ' ', gone: '-', come: '+' };
  return diff(before, after).hunks.flatMap(({ lines }) => lines.map((line: Line) => `${sign[line.kind]} ${line.text}`));
}

describe('a diff', () => {
  it('of equal texts is empty', () => {
    expect(diff('a\nb', 'a\nb')).toEqual({ hunks: [], gone: 0, come: 0, rest: 2 });
  });

  it('shows what went and came', () => {
    expect(shown('a\nb\nc', 'a\nB\nc')).toEqual(['  a', '- b', '+ B', '  c']);
    expect(shown('a\nc', 'a\nb\nc')).toEqual(['  a', '+ b', '  c']);
    expect(shown('', 'a')).toEqual(['- ', '+ a']);
  });

  it('leaves out what is far from any change', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`);
    const after = [...lines];
    after[10] = 'changed';
    after[30] = 'changed, too';
    const { hunks, gone, come, rest } = diff(lines.join('\n'), after.join('\n'));
    expect([hunks.length, gone, come, rest]).toEqual([2, 2, 2, 6]);
    expect(hunks.map(({ skipped }) => skipped)).toEqual([7, 13]);
    expect(hunks[1]?.lines[0]).toMatchObject({ kind: 'same', before: 28, after: 28 });
  });

  it('makes one of changes that are near', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `${i}`);
    const after = lines.map((line, i) => (i === 5 || i === 10 ? 'x' : line));
    expect(diff(lines.join('\n'), after.join('\n')).hunks).toHaveLength(1);
  });

  it('is right whatever the texts are', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    for (let round = 0; round < 200; round += 1) {
      const text = () => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
      const [before, after] = [text(), text()];
      const { hunks, rest } = diff(before, after);
      const a = before.split('\n');
      // The texts come out again from what is shown and what is left out.
      const [was, is]: [string[], string[]] = [[], []];
      let at = 0;
      for (const { lines, skipped } of hunks) {
        was.push(...a.slice(at, at + skipped));
        is.push(...a.slice(at, at + skipped));
        for (const line of lines) {
          if (line.kind !== 'come') was.push(line.text);
          if (line.kind !== 'gone') is.push(line.text);
        }
        at = was.length;
      }
      was.push(...a.slice(a.length - rest));
      is.push(...a.slice(a.length - rest));
      expect([was.join('\n'), is.join('\n')]).toEqual([before, after]);
    }
  });

  it('of long texts that have nothing in common comes to an end', () => {
    const text = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}`).join('\n');
    expect(diff(text('a'), text('b')).gone).toBe(20_000);
  });

  it('marks the words of a changed line', () => {
    const [was, is] = marks('<geom size="0.1" rgba="1 0 0 1"/>', '<geom size="0.25" rgba="1 0 0 1"/>');
    expect(was.map(([from, to]) => '<geom size="0.1" rgba="1 0 0 1"/>'.slice(from, to))).toEqual(['0.1']);
    expect(is.map(([from, to]) => '<geom size="0.25" rgba="1 0 0 1"/>'.slice(from, to))).toEqual(['0.25']);
    expect(marks('one thing', 'quite another matter')).toEqual([[], []]);
  });
});

const file = (name: string, content = 'x') => new File([content], name);
const at = (...paths: string[]) => paths.map((path) => ({ path, file: file(path.split('/').at(-1) ?? path) }));

describe('what is dropped', () => {
  it('is a text, an archive or a folder', () => {
    expect(parcel(at('a.xml'))).toMatchObject({ kind: 'text', name: 'a.xml' });
    expect(parcel(at('a.urdf'))).toMatchObject({ kind: 'text' });
    expect(parcel(at('robot.ZIP'))).toMatchObject({ kind: 'archive' });
    expect(parcel(at('robot/a.xml', 'robot/b.obj'))).toMatchObject({ kind: 'folder', name: 'robot', models: ['robot/a.xml'] });
    expect(parcel(at('a.xml', 'b.obj'))).toMatchObject({ kind: 'folder', name: '2 files' });
    expect(parcel(at('robot/a.xml'))).toMatchObject({ kind: 'folder' });
  });

  it('is refused with what to do where it is nothing to load', () => {
    expect(parcel([])).toMatchObject({ kind: 'refused' });
    expect(parcel(at('a.obj'))).toMatchObject({ kind: 'refused', why: expect.stringContaining('together with the model') });
    expect(parcel(at('notes.txt'))).toMatchObject({ kind: 'refused', why: expect.stringContaining('does not end in') });
    expect(parcel(at('a.obj', 'b.png'))).toMatchObject({ kind: 'refused', why: expect.stringContaining('no model in it') });
    expect(parcel(at('a.zip', 'b.zip'))).toMatchObject({ kind: 'refused', why: expect.stringContaining('one of them') });
    expect(parcel(at(...Array.from({ length: 5000 }, (_, i) => `r/${i}.xml`)))).toMatchObject({ kind: 'refused' });
  });

  it('loses what is hidden', () => {
    const found = parcel(at('robot/.DS_Store', '__MACOSX/robot/a.xml', 'robot/a.xml', 'robot/.git/config'));
    expect(found).toMatchObject({ kind: 'folder', files: [{ path: 'robot/a.xml' }] });
  });

  it('is sent with its folders', async () => {
    const found = parcel(at('robot/<img onerror=x>.xml', 'robot/b.obj'));
    if (found.kind !== 'folder') throw new Error(found.kind);
    const { body, kind } = packed(found);
    expect(kind).toBeUndefined();
    expect((body as FormData).getAll('files').map((one) => (one as File).name)).toEqual(['robot/<img onerror=x>.xml', 'robot/b.obj']);
    expect(bytes(found)).toBe(2);
  });

  it('keeps the folders of an input', () => {
    const inner = Object.defineProperty(file('a.xml'), 'webkitRelativePath', { value: 'robot/a.xml' });
    expect(chosen([inner, file('b.xml')]).map(({ path }) => path)).toEqual(['robot/a.xml', 'b.xml']);
  });

  it('is read to the last file of every folder', async () => {
    const leaf = (name: string) => ({ isFile: true, name, file: (good: (f: File) => void) => good(file(name)) });
    const folder = (name: string, inside: unknown[]) => {
      // As browsers do: some at a time, until there are none.
      const rest = [...inside];
      return { isDirectory: true, name, createReader: () => ({ readEntries: (good: (e: unknown[]) => void) => good(rest.splice(0, 2)) }) };
    };
    const tree = folder('robot', [leaf('a.xml'), leaf('.hidden'), folder('meshes', [leaf('1.obj'), leaf('2.obj'), leaf('3.obj')]), folder('.git', [leaf('config')])]);
    const found = await unfolded([tree as unknown as FileSystemEntry]);
    expect(found.map(({ path }) => path)).toEqual(['robot/a.xml', 'robot/meshes/1.obj', 'robot/meshes/2.obj', 'robot/meshes/3.obj']);
  });
});

describe("the daemon's question for the root", () => {
  const QUESTION = 'which model is meant? Name one of these as root: robot/a.xml, robot/b, c.xml';

  it('is understood', () => {
    expect(asked(QUESTION)).toEqual(['robot/a.xml', 'robot/b', 'c.xml']);
    expect(asked(QUESTION, ['robot/a.xml', 'robot/b, c.xml', 'other.xml'])).toEqual(['robot/a.xml', 'robot/b, c.xml']);
    expect(asked('the scene is empty')).toBeNull();
  });
});

describe('a draft', () => {
  const storage = () => {
    const kept = new Map<string, string>();
    return { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v), removeItem: (k: string) => kept.delete(k) } as unknown as Storage;
  };

  it('is kept for its session until it is dropped', () => {
    const store = storage();
    expect(keepDraft(store, 'one', { text: '<a/>', base: '' })).toBe(true);
    expect(draftOf(store, 'one')).toEqual({ text: '<a/>', base: '' });
    expect(draftOf(store, 'two')).toBeNull();
    dropDraft(store, 'one');
    expect(draftOf(store, 'one')).toBeNull();
  });

  it('is not kept where it is too long or nothing can be kept', () => {
    expect(keepDraft(storage(), 'one', { text: 'x'.repeat(2_000_000), base: '' })).toBe(false);
    expect(keepDraft(undefined, 'one', { text: '', base: '' })).toBe(false);
    const store = storage();
    store.setItem(keyOf('one'), '{"text": 1}');
    expect(draftOf(store, 'one')).toBeNull();
    store.setItem(keyOf('one'), 'nonsense');
    expect(draftOf(store, 'one')).toBeNull();
  });
});

describe('sizes', () => {
  it('are short', () => {
    expect([size(12), size(1200), size(123_456), size(12_345_678)]).toEqual(['12 bytes', '1.2 kB', '123 kB', '12 MB']);
  });
});
