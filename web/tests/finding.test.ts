/** What the text field does by itself: finding, folding, indenting, closing. */

import { describe, expect, it } from 'vitest';
import { findAll, MOST_FOUND, replacement, type Query } from '../src/editor/find';
import { tags, type Span } from '../src/editor/scan';
import { beside, closingAt, firstBehind, foldable, pairs } from '../src/editor/structure';

const query = (text: string, more: Partial<Query> = {}): Query => ({ text, capitals: false, words: false, pattern: false, ...more });
const places = (text: string, asked: Query) => findAll(text, asked).map(({ from, to }) => text.slice(from, to));

describe('finding', () => {
  const text = 'geom Geom geometry\n<geom size="1.5"/>';

  it('is by letters, by capitals, by words or by an expression', () => {
    expect(places(text, query('geom'))).toHaveLength(4);
    expect(places(text, query('Geom', { capitals: true }))).toEqual(['Geom']);
    expect(places(text, query('geom', { words: true }))).toEqual(['geom', 'Geom', 'geom']);
    expect(places(text, query('1.5'))).toEqual(['1.5']);
    expect(places('1x5 1.5', query('1.5'))).toEqual(['1.5']);
    expect(places(text, query('^<\\w+', { pattern: true }))).toEqual(['<geom']);
  });

  it('finds nothing where nothing, or no expression, is asked for', () => {
    expect(findAll(text, query(''))).toEqual([]);
    expect(findAll(text, query('(', { pattern: true }))).toEqual([]);
    expect(findAll(text, query('x*', { pattern: true }))).toEqual([]);
    expect(places('a(b', query('('))).toEqual(['(']);
  });

  it('comes to an end', () => {
    expect(findAll('a'.repeat(20_000), query('a'))).toHaveLength(MOST_FOUND);
  });

  it('puts parts of the match into what an expression is replaced by', () => {
    const asked = query('(\\w+)="([^"]*)"', { pattern: true });
    expect(replacement('<a b="c"/>', asked, 3, '$2=$1 $$ $& $7')).toBe('c=b $ b="c" ');
    expect(replacement('<a b="c"/>', query('b'), 3, '$1')).toBe('$1');
  });
});

/** The text without its `|`, and where that was. */
function at(marked: string): { text: string; pos: number } {
  return { text: marked.replace('|', ''), pos: marked.indexOf('|') };
}

describe('the nesting of elements', () => {
  it('folds what is inside an element of several lines', () => {
    const text = '<a>\n  <b><c>\n  </c></b>\n  <d/><e></e>\n</a>';
    const all = tags(text);
    const fold = (line: string) => foldable(all, pairs(all), text.indexOf(line), text.indexOf(line) + line.length);
    const inside = (span: Span | null) => span && text.slice(span.from, span.to);
    expect(inside(fold('<a>'))).toMatch(/^\n {2}<b>[^]*<\/e>\n$/);
    expect(inside(fold('  <b><c>'))).toBe('<c>\n  </c>');
    expect(fold('  <d/><e></e>')).toBeNull();
  });

  it('indents a line by what is around it', () => {
    const where = (marked: string) => {
      const { text, pos } = at(marked);
      const place = beside(text, tags(text), pos, text.slice(pos));
      return place && [text.slice(place.at, place.at + 2), place.deeper];
    };
    expect(where('<a>\n  <b>\n|x')).toEqual(['<b', true]);
    expect(where('<a>\n  <b>\n|</b>')).toEqual(['<b', false]);
    expect(where('<a>\n  <b/>\n|')).toEqual(['<a', true]);
    expect(where('<a>\n  <b\n|c="1"/>')).toEqual(['<b', true]);
    expect(where('<a></a>\n|')).toBeNull();
  });

  it('closes what is opened, unless something closes it already', () => {
    const closed = (marked: string) => {
      const { text, pos } = at(marked);
      return closingAt(tags(text), pos);
    };
    expect(closed('<a>|')).toBe('</a>');
    expect(closed('<a><a>|</a>')).toBe('</a>');
    expect(closed('<a>|</a>')).toBeNull();
    expect(closed('<a/>|')).toBeNull();
    expect(closed('<a b="x>|"')).toBeNull();
    expect(closed('<!-- a>|')).toBeNull();
    expect(closed('<a><b></|')).toBe('b>');
    expect(closed('<a><b></|b>')).toBeNull();
    expect(closed('</|')).toBeNull();
  });

  it('is looked up quickly', () => {
    const list = [{ to: 2 }, { to: 4 }, { to: 9 }];
    expect([0, 2, 3, 4, 9].map((pos) => firstBehind(list, pos))).toEqual([0, 1, 1, 2, 3]);
  });
});
