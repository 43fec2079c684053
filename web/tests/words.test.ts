import { describe, expect, it } from 'vitest';
import { bitrate, clock, factor, millis, percent } from '../src/format';
import { describe as words } from '../src/phases';
import { currentPreset, errorLine, excerpt, search } from '../src/scenes';

const presets = [
  { id: 'cart_pole', name: 'Cart-pole', description: 'Balance a pole', tags: ['control'] },
  { id: 'arm', name: 'Robot arm', description: 'Six joints', tags: ['robot', 'control'] },
];

describe('format', () => {
  it.each([
    [0, '0:00.00'],
    [9.999, '0:09.99'],
    [0.29, '0:00.29'],
    [185.2, '3:05.20'],
    [3723, '1:02:03'],
    [-1, '0:00.00'],
  ])('writes %d s as %s', (s, text) => expect(clock(s)).toBe(text));

  it('writes figures with their units', () => {
    expect([factor(1), factor(0.125), factor(1.5), factor(0.3333333)]).toEqual(['1×', '⅛×', '1.5×', '0.333×']);
    expect([millis(3.14), millis(9.97), millis(42.4)]).toEqual(['3.1 ms', '10 ms', '42 ms']);
    expect([bitrate(350_000), bitrate(2_340_000), bitrate(999_900)]).toEqual(['350 kbit/s', '2.3 Mbit/s', '1.0 Mbit/s']);
    expect([percent(0), percent(0.012), percent(0.25)]).toEqual(['0 %', '1.2 %', '25 %']);
  });
});

describe('phases', () => {
  it('counts the seconds down and ends sentences', () => {
    const phase = { kind: 'waiting', retryAt_ms: 5000, reason: 'the server is away' } as const;
    expect(words(phase, 2500)).toEqual({ title: 'Reconnecting in 3 s', detail: 'The server is away.' });
    expect(words(phase, 9000).title).toBe('Reconnecting');
  });
});

describe('scenes', () => {
  it('finds by every word, in names, descriptions and tags', () => {
    expect(search(presets, '').length).toBe(2);
    expect(search(presets, 'CONTROL six').map((p) => p.id)).toEqual(['arm']);
    expect(search(presets, 'whale')).toEqual([]);
  });

  it('knows the running preset by id, else by the model’s name', () => {
    expect(currentPreset(presets, { presetId: 'arm', modelName: 'cart pole' })?.id).toBe('arm');
    expect(currentPreset(presets, { modelName: 'cart pole' })?.id).toBe('cart_pole');
    expect(currentPreset(presets, { modelName: 'humanoid' })).toBeUndefined();
    expect(currentPreset(presets, {})).toBeUndefined();
  });

  it.each([
    ["XML Error: invalid keyword: 'spere'\nElement 'geom', line 3", 3],
    ['XML parse error 14:\nError=XML_ERROR_MISMATCHED_ELEMENT Line number=12', 12],
    ['mass and inertia of moving bodies\nElement name \'\', id 1, line 7', 7],
    ['resource not found', undefined],
    ["unrecognized attribute: 'outline 4'", undefined],
  ])('finds the line in %j', (detail, line) => expect(errorLine(detail)).toBe(line));

  it('shows the lines around an error without their shared indentation', () => {
    expect(excerpt('a\n  b\n    c\n  d\ne', 3, 1)).toEqual([
      { number: 2, text: 'b', marked: false },
      { number: 3, text: '  c', marked: true },
      { number: 4, text: 'd', marked: false },
    ]);
    expect(excerpt('a', 9)).toEqual([]);
  });
});
