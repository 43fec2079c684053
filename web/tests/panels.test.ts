import { beforeAll, describe, expect, it, vi } from 'vitest';

// The page's own modules begin to connect when they are imported.
vi.mock('../src/app', () => ({ api: {}, commands: {}, run: () => Promise.resolve(true), session: 'default' }));

import { flagsOf, inWords, RENDER, VIS } from '../src/dock/flags';
import { cameraElement } from '../src/dock/mjcf';
import { Trail } from '../src/dock/trail';
import { plain, scale, span, step, typed, written } from '../src/dock/units';
import { matching, visible } from '../src/dock/virtual';
import { bytes, seconds, when } from '../src/dock/words';

describe('a long list', () => {
  it('draws what is seen and some rows beyond', () => {
    expect(visible(500, 58, 0, 400)).toEqual({ first: 0, end: 11, top_px: 0, height_px: 29_000 });
    expect(visible(500, 58, 5_800, 400)).toEqual({ first: 96, end: 111, top_px: 5_568, height_px: 29_000 });
  });

  it('holds on at both ends, whatever a browser reports', () => {
    expect(visible(500, 58, 1e9, 400)).toMatchObject({ end: 500 });
    expect(visible(500, 58, -80, 400)).toMatchObject({ first: 0 });
    expect(visible(3, 58, 200, 400)).toEqual({ first: 0, end: 3, top_px: 0, height_px: 174 });
    expect(visible(0, 58, 0, 400)).toMatchObject({ first: 0, end: 0, height_px: 0 });
  });

  it('never draws more than a screen and its spare rows', () => {
    for (let scroll = 0; scroll < 29_000; scroll += 137) {
      const { first, end, top_px } = visible(500, 58, scroll, 400);
      expect(end - first).toBeLessThanOrEqual(16);
      expect(top_px).toBeLessThanOrEqual(scroll);
    }
  });

  it('finds by every word', () => {
    const names = ['left knee motor', 'left elbow motor', 'right knee motor'];
    expect(matching(names, 'KNEE left', (n) => n)).toEqual(['left knee motor']);
    expect(matching(names, '  ', (n) => n)).toEqual(names);
  });
});

describe('numbers with units', () => {
  it('shows angles in degrees where they are wanted', () => {
    expect(scale('rad', 'deg')).toEqual({ factor: 180 / Math.PI, unit: '°' });
    expect(scale('rad', 'rad')).toEqual({ factor: 1, unit: 'rad' });
    expect(scale('N·m', 'deg')).toEqual({ factor: 1, unit: 'N·m' });
  });

  it('spans the limits, or what simulate takes without', () => {
    expect(span([-2, 0.5], 'rad', 0)).toEqual([-2, 0.5]);
    expect(span([null, null], 'rad', 0)).toEqual([-Math.PI, Math.PI]);
    expect(span([null, null], 'm', 3)).toEqual([-1, 3]);
    expect(span([0, null], '', 0)).toEqual([0, 2]);
    expect(span([-1, 1], '', Number.NaN)).toEqual([-1, 1]);
  });

  it('steps by round numbers and writes no more digits', () => {
    expect([step(2), step(2 * Math.PI), step(360), step(0)]).toEqual([0.005, 0.01, 0.5, 0.01]);
    expect([written(-0.0004, 0.01), written(1.23456, 0.005), written(90, 0.5), written(Infinity, 1)]).toEqual(['0.00', '1.235', '90.0', '–']);
  });

  it('reads what people type', () => {
    expect([typed('1.5'), typed(' −2,5 '), typed('1e-3'), typed('.5')]).toEqual([1.5, -2.5, 0.001, 0.5]);
    expect([typed(''), typed('x'), typed('1.2.3'), typed('0x10'), typed('1e999')]).toEqual([null, null, null, null, null]);
    expect([plain(0.002), plain(1e-8), plain(0), plain(2e7)]).toEqual(['0.002', '1e-8', '0', '2e7']);
  });
});

describe('keys of simulate', () => {
  const told = { vis: { JOINT: true }, render: { SHADOW: false }, groups: { GEOM: [true, false], SITE: [] }, frame: 'NONE', label: 'ISLAND' };

  it('toggle what the daemon has told', () => {
    expect(flagsOf('KeyJ', false, told)).toEqual({ vis: { JOINT: false } });
    expect(flagsOf('KeyS', false, told)).toEqual({ render: { SHADOW: true } });
    expect(flagsOf('Digit0', false, told)).toEqual({ groups: { GEOM: { 0: false } } });
    expect(flagsOf('Digit3', true, told)).toEqual({ groups: { SITE: { 3: true } } });
  });

  it('go round the modes, both ways', () => {
    expect(flagsOf('F6', false, told)).toEqual({ frame: 'BODY' });
    expect(flagsOf('F6', true, told)).toEqual({ frame: 'WORLD' });
    expect(flagsOf('F7', false, told)).toEqual({ label: 'NONE' });
  });

  it('leave alone what nobody has bound', () => {
    expect(flagsOf('KeyJ', true, told)).toBeNull();
    expect(flagsOf('Digit7', false, told)).toBeNull();
    expect(flagsOf('F9', false, told)).toBeNull();
  });

  it('bind no key twice', () => {
    const codes = [...VIS.flatMap(([, rows]) => rows), ...RENDER].flatMap(({ code }) => (code ? [code] : []));
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('say what they did', () => {
    expect(inWords({ vis: { JOINT: false } })).toBe('Joints off');
    expect(inWords({ label: 'BODY' })).toBe('Labels: Bodies');
    expect(inWords({ groups: { SITE: { 3: true } } })).toBe('Sites of group 3 on');
  });
});

describe('a camera as MJCF', () => {
  it('stands where the eye is and looks at the point', () => {
    const text = cameraElement({ azimuth: 90, elevation: 0, distance: 3, lookat: [0, 0, 1] });
    expect(text).toBe('<camera name="view" pos="0 -3 1" xyaxes="1 0 0 0 0 1"/>');
  });

  it('looks down with its head to where it came from', () => {
    const text = cameraElement({ azimuth: 0, elevation: -90, distance: 2, lookat: [1, 2, 0], fovy: 60 });
    expect(text).toBe('<camera name="view" pos="1 2 2" xyaxes="0 -1 0 1 0 0" fovy="60"/>');
  });
});

describe('a trail of values', () => {
  it('keeps the last ones and gaps for what is no number', () => {
    const trail = new Trail(2, 3);
    for (let t = 0; t < 5; t += 1) trail.push(t, [t * 10, t === 3 ? undefined : -t]);
    expect(trail.columns()).toEqual([[2, 3, 4], [20, 30, 40], [-2, null, -4]]);
  });

  it('begins anew when time goes back, and stands while time does', () => {
    const trail = new Trail(1, 10);
    trail.push(1, [1]);
    expect(trail.push(1, [2])).toBe(false);
    expect(trail.push(0.5, [3])).toBe(true);
    expect(trail.columns()).toEqual([[0.5], [3]]);
  });
});

describe('words', () => {
  it('writes sizes, lengths and times', () => {
    expect([bytes(12), bytes(1234), bytes(12_345_678)]).toEqual(['12 B', '1.2 kB', '12 MB']);
    expect([seconds(4.26), seconds(75)]).toEqual(['4.3 s', '1:15']);
    expect(when('not a time')).toBe('not a time');
  });
});

describe('what the daemon tells', () => {
  let events: typeof import('../src/dock/events');
  let model: typeof import('../src/dock/model');
  beforeAll(async () => {
    vi.stubGlobal('window', { location: { href: 'http://h/' }, setTimeout, clearTimeout });
    events = await import('../src/dock/events');
    model = await import('../src/dock/model');
  });

  it('is written as sentences', () => {
    expect(events.command({ by: 'viewer-2', cmd: 'step', params: { steps: 5 } }, 'viewer-1')).toBe('viewer-2: step steps 5');
    expect(events.command({ by: 'viewer-1', cmd: 'set_ctrl', params: { values: [[3, 0.25]] } }, 'viewer-1')).toBe('You: set_ctrl 3 = 0.25');
    expect(events.command({ by: null, cmd: 'set_options', params: { gravity: [0, 0, -1.62], flags: { contact: false } } }, '')).toBe(
      'A program: set_options gravity (0, 0, -1.62) flags contact false',
    );
    expect(events.command({ by: null, agent: '<img onerror=alert(1)>', cmd: 'reset' }, '')).toBe('<img onerror=alert(1)>: reset');
    expect(events.command({ cmd: 7 }, '')).toBeNull();
  });

  it('is read with whatever is missing left out', () => {
    const read = model.parseModel({
      joints: [{ name: '<img onerror=alert(1)>', kind: 'hinge', range: [null, 2], qpos: 7, unit: 'rad' }, 5],
      actuators: [{ name: 'm', range: ['x', 1] }],
      groups: { GEOM: [1, 2, 3], SITE: 'no' },
      sizes: { nq: 8, nv: 'many' },
    });
    expect(read.joints[0]).toMatchObject({ id: 0, name: '<img onerror=alert(1)>', range: [null, 2], qpos: 7 });
    expect(read.joints[1]).toMatchObject({ id: 1, name: '', kind: '' });
    expect(read.actuators[0]).toMatchObject({ range: [null, 1], gear: 1 });
    expect([read.groups['GEOM'], read.groups['SITE'], read.sizes]).toEqual([[1, 2, 3], [], { nq: 8 }]);
    expect(read.sensors).toEqual([]);
  });
});
