import { describe, expect, it, vi } from 'vitest';

vi.mock('../src/app', () => ({ api: {}, run: () => Promise.resolve(true) }));

import { actuatorKey, beyondDead, bound, controlOf, controls, EMPTY, inputName, mappingOf, steered, type PadState } from '../src/gamepad/mapping';
import { Latest, Poll, stateOf } from '../src/gamepad/poll';
import { penButtons } from '../src/input/buttons';
import { Gestures } from '../src/input/gestures';
import { coloured, NOTHING, readDepths, reach, unfiltered } from '../src/tiles/depth';
import { drawing, drawnAs, layoutOf } from '../src/tiles/layout';
import { chosenOf, filled, FREE, mainSource, sources, stillPath, stillSize, streamPath, swapped } from '../src/tiles/sources';

describe('further views', () => {
  const all = sources(['top', '', '7', 'a b/c', 'top', 'free']);
  const keys = (list: readonly { key: string }[]) => list.map(({ key }) => key);

  it('reaches every camera, whatever it is called', () => {
    expect(keys(all)).toEqual(['camera:top', 'camera#1', 'camera#2', 'camera:a b/c', 'camera#4', 'camera#5', 'side:top', 'side:front', 'side:side', 'free']);
    expect(all[1]).toMatchObject({ label: 'Camera 1', camera: '1', use: { index: 1 } });
    expect(streamPath(all[3]!, 'viewer-2', [640, 360])).toBe('whep?camera=a+b%2Fc&beside=viewer-2&width=640&height=360');
    expect(stillPath(all[3]!, 320, 200)).toBe('cameras/a%20b%2Fc/frame.jpg?width=320&height=200');
    expect(stillPath(all[6]!, 32, 20)).toBe('cameras/free/frame.jpg?width=32&height=20&azimuth=0&elevation=-90');
    expect(streamPath(FREE, 'viewer-2', [640, 360])).toBe('whep?beside=viewer-2&width=640&height=360');
  });

  it('shows what was chosen, else what is not yet seen', () => {
    expect(keys(filled([], all, 'camera:top', 3))).toEqual(['camera#1', 'camera#2', 'camera:a b/c']);
    expect(keys(filled(['free', 'gone', 'side:top'], all, 'free', 3))).toEqual(['free', 'camera:top', 'side:top']);
    expect(keys(filled([], sources([]), 'free', 3))).toEqual(['side:top', 'side:front', 'side:side']);
    expect(filled([], all, 'free', 0)).toEqual([]);
  });

  it('puts the main view where the enlarged one was', () => {
    const shown = filled([], all, 'free', 3);
    expect(swapped(shown, 1, 'free')).toEqual(['camera:top', 'free', 'camera#2']);
    const sides = filled([], sources([]), 'free', 3);
    expect(swapped(sides, 1, 'free')).toEqual(keys(sides));
    expect(swapped(sides, 1, 'camera:x')).toEqual(['side:top', 'camera:x', 'side:side']);
  });

  it('knows the main view and what was remembered', () => {
    expect([mainSource(all, 'top', false), mainSource(all, 'torso', true), mainSource(all, null, false), mainSource(all, 'gone', false)]).toEqual(['camera:top', 'free', 'free', 'free']);
    expect([chosenOf('["a",1,"b","c","d"]'), chosenOf('{'), chosenOf(null), chosenOf('{}')]).toEqual([['a', 'b', 'c'], [], [], []]);
    expect([layoutOf('four'), layoutOf('<img>'), layoutOf(null)]).toEqual(['four', 'one', 'one']);
    expect([stillSize(400, 250, 3), stillSize(100, 50, 2), stillSize(0, 0, 1)]).toEqual([[960, 600], [200, 100], [16, 16]]);
  });

  it('tells from the flags how a picture is drawn', () => {
    const told = (...on: string[]) => drawnAs({ render: Object.fromEntries(on.map((name) => [name, true])) });
    expect([told(), told('SEGMENT'), told('SEGMENT', 'IDCOLOR'), told('IDCOLOR'), told('DEPTH', 'SEGMENT'), drawnAs({})]).toEqual(['colour', 'segments', 'ids', 'colour', 'buffer', 'colour']);
    for (const as of ['colour', 'segments', 'ids', 'buffer'] as const) expect(drawnAs(drawing(as))).toBe(as);
  });
});

describe('depth', () => {
  const bytes = (...rows: number[][]) => Uint8Array.from(rows.flat());

  it('undoes each of the filters', () => {
    const plain = [0x01, 0x02, 0x03, 0x04];
    const up = [0x02, 0x02, 0x04, 0x04];
    const want = [0x0102, 0x0304];
    expect([...unfiltered(bytes([0, ...plain]), 2, 1)]).toEqual(want);
    expect([...unfiltered(bytes([1, 1, 2, 2, 2]), 2, 1)]).toEqual(want);
    expect([...unfiltered(bytes([0, ...plain], [2, 1, 0, 1, 0]), 2, 2)]).toEqual([...want, 0x0202, 0x0404]);
    expect([...unfiltered(bytes([0, ...up], [3, 1, 1, 1, 1]), 2, 2)].slice(2)).toEqual([0x0202, 0x0404]);
    expect([...unfiltered(bytes([0, ...up], [4, 1, 1, 1, 1]), 2, 2)].slice(2)).toEqual([0x0303, 0x0505]);
    expect(() => unfiltered(bytes([0, 1]), 2, 1)).toThrow();
  });

  async function png(depth: number, rows: Uint8Array<ArrayBuffer>, width: number, height: number): Promise<ArrayBuffer> {
    const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
    const chunk = (type: string, data: Iterable<number>) => [...word([...data].length), ...[...type].map((c) => c.charCodeAt(0)), ...data, 0, 0, 0, 0];
    const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'));
    const packed = [...new Uint8Array(await new Response(stream).arrayBuffer())];
    const parts = [chunk('IHDR', [...word(width), ...word(height), depth, 0, 0, 0, 0]), chunk('IDAT', packed.slice(0, 5)), chunk('IDAT', packed.slice(5)), chunk('IEND', [])];
    return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...parts.flat()]).buffer;
  }

  it('keeps all sixteen bits of a picture, and refuses others', async () => {
    const rows = bytes([0, 0x12, 0x34, 0xff, 0xff]);
    expect(await readDepths(await png(16, rows, 2, 1))).toEqual({ width: 2, height: 1, steps: Uint16Array.of(0x1234, NOTHING) });
    await expect(readDepths(await png(8, rows, 2, 1))).rejects.toThrow('16-bit');
    await expect(readDepths(await png(16, rows, 1e6, 1e6))).rejects.toThrow('size');
    await expect(readDepths(new ArrayBuffer(40))).rejects.toThrow('no PNG');
  });

  it('spreads its colours over what is seen, and leaves nothing black', () => {
    const depths = { width: 4, height: 1, steps: Uint16Array.of(3000, 1000, NOTHING, 2000) };
    expect(reach(depths)).toEqual([1000, 2000]);
    expect(reach({ ...depths, steps: Uint16Array.of(NOTHING) })).toBeNull();
    const pixels = coloured(depths, [1000, 3000]);
    const at = (i: number) => [...pixels.subarray(4 * i, 4 * i + 4)];
    expect([at(1), at(2), at(0)]).toEqual([[255, 243, 176, 255], [0, 0, 0, 255], [28, 28, 84, 255]]);
  });
});

describe('a finger that stays', () => {
  const types = (out: { type: string }[]) => out.map(({ type }) => type);

  it('selects, then pulls what it is on', () => {
    const g = new Gestures();
    g.down(1, { x: 50, y: 60 });
    expect(g.waits).toBe(true);
    expect(types(g.hold())).toEqual(['mouse_down', 'mouse_up', 'mouse_down', 'mouse_up']);
    expect(g.waits).toBe(false);
    expect(g.move(1, { x: 52, y: 60 })).toEqual([]);
    expect(g.move(1, { x: 60, y: 60 })).toEqual([{ type: 'mouse_down', x: 60, y: 60, buttons: 2, button: 2, ctrl: true }]);
    expect(g.move(1, { x: 70, y: 40 })).toEqual([{ type: 'mouse_move', x: 70, y: 40, buttons: 2, ctrl: true }]);
    expect(g.up(1)).toEqual([{ type: 'mouse_up', x: 70, y: 40, buttons: 0, button: 2, ctrl: true }]);
  });

  it('does nothing more when it is lifted, and lets go when a second comes', () => {
    const g = new Gestures();
    g.down(1, { x: 0, y: 0 });
    g.hold();
    expect(g.up(1)).toEqual([]);
    g.down(1, { x: 0, y: 0 });
    g.hold();
    g.move(1, { x: 20, y: 0 });
    expect(g.down(2, { x: 40, y: 0 })).toMatchObject([{ type: 'mouse_up', ctrl: true }, { type: 'mouse_down', button: 2 }]);
  });

  it('is none that has moved, or was one of two', () => {
    const g = new Gestures();
    g.down(1, { x: 0, y: 0 });
    g.move(1, { x: 30, y: 0 });
    expect([g.waits, g.hold()]).toEqual([false, []]);
    g.down(2, { x: 60, y: 0 });
    g.up(2);
    expect([g.waits, g.hold()]).toEqual([false, []]);
  });

  it('takes a pen’s barrel for the right button', () => {
    expect([0, 1, 2, 3, 32, 33].map(penButtons)).toEqual([0, 1, 2, 2, 1, 1]);
  });
});

describe('a gamepad', () => {
  const pad = (axes: number[], buttons: number[] = [], standard = true): PadState => ({ id: 'test', standard, axes, buttons });
  const lift = { id: 0, name: 'lift', range: [-2, 1] as const };
  const grip = { id: 1, name: '', range: [0, 0.04] as const };

  it('has a dead zone, beyond which it begins at zero', () => {
    expect([beyondDead(0.1, 0.2), beyondDead(-0.2, 0.2), beyondDead(1, 0.2), beyondDead(-2, 0.2)]).toEqual([0, 0, 1, -1]);
    expect(beyondDead(0.6, 0.2)).toBeCloseTo(0.5);
  });

  it('reaches the limits from rest', () => {
    expect([-1, 0, 0.5, 1].map((v) => controlOf(v, lift.range))).toEqual([-2, 0, 0.5, 1]);
    expect([-1, 0, 1].map((v) => controlOf(v, grip.range))).toEqual([0, 0, 0.04]);
    expect([-1, 0, 1].map((v) => controlOf(v, [null, null]))).toEqual([-1, 0, 1]);
    expect(controlOf(0, [2, 3])).toBe(2);
  });

  it('drives what is mapped: inverted, added up, and nothing that is not there', () => {
    const mapping = bound(bound(bound(bound(EMPTY, 'a1', { actuator: 'lift', invert: true }), 'b0', { actuator: '#1' }), 'b1', { actuator: 'lift' }), 'a0', { actuator: 'gone' });
    const wanted = controls(pad([1, 1], [0.5, 1]), { ...mapping, dead: 0 }, [lift, grip]);
    expect([...wanted]).toEqual([[0, 0], [1, 0.02]]);
    expect([...controls(pad([]), mapping, [lift, grip])]).toEqual([[1, 0], [0, 0]].sort((a, b) => a[0]! - b[0]!));
    expect(actuatorKey(grip)).toBe('#1');
  });

  it('remembers its mapping, and nothing that is none', () => {
    const mapping = bound(EMPTY, 'a2', { actuator: 'lift', invert: true });
    expect(mappingOf(JSON.stringify(mapping))).toEqual(mapping);
    expect(bound(mapping, 'a2', { actuator: '' }).binds).toEqual([]);
    expect(mappingOf(null)).toBe(EMPTY);
    expect(mappingOf('[1')).toBe(EMPTY);
    expect(mappingOf('{"dead":7,"binds":[{"input":"<","actuator":"x"},{"input":"b3","actuator":"x"},4]}')).toEqual({ dead: 0.6, binds: [{ input: 'b3', actuator: 'x', invert: false }] });
    expect([inputName('a3', true), inputName('b17', true), inputName('a0', false)]).toEqual(['Right stick ↕', 'Button 18', 'Axis 1']);
  });

  it('turns the camera, and stops at the poles', () => {
    const eye = { azimuth: 90, elevation: -80, distance: 2 };
    expect(steered(eye, pad([0.05, 0, 0, 0]), 0.1, 1)).toBeNull();
    expect(steered(eye, pad([1, -1, 0, 0]), 0, 0.5)).toEqual({ azimuth: 30, elevation: -90, distance: 2 });
    expect(steered(eye, pad([0, 0, 0, 1]), 0, 1)!.distance).toBeCloseTo(5);
    expect(steered(eye, pad([], [0, 0, 0, 0, 0, 0, 0, 1]), 0, 1)!.distance).toBeCloseTo(0.8);
    expect(steered(eye, pad([], [0, 0, 0, 0, 0, 0, 0, 1], false), 0, 1)).toBeNull();
  });

  function world() {
    const there: (Partial<Gamepad> | null)[] = [null, null];
    const frames: ((now: number) => void)[] = [];
    const seen: [PadState | null, number][] = [];
    let asked = 0;
    const poll = new Poll({
      gamepads: () => ((asked += 1), there as Gamepad[]),
      nextFrame: (callback) => frames.push(callback),
      seen: (state, seconds) => seen.push([state, seconds]),
    });
    const frame = (now: number) => frames.splice(0).forEach((callback) => callback(now));
    return { there, poll, frame, seen, frames, asked: () => asked };
  }

  it('is looked at only while it is there', () => {
    const { there, poll, frame, seen, frames, asked } = world();
    frame(0);
    expect(asked()).toBe(0);
    there[1] = { connected: true, id: 'fake', mapping: 'standard', axes: [0.5, Number.NaN], buttons: [{ value: 1 } as GamepadButton] };
    poll.begin();
    poll.begin();
    expect(frames.length).toBe(1);
    frame(100);
    frame(116);
    frame(9_000);
    expect(seen.map(([state, seconds]) => [state?.axes, seconds])).toEqual([[[0.5, 0], 0], [[0.5, 0], 0.016], [[0.5, 0], 0.1]]);
    there[1] = null;
    frame(9_016);
    expect(seen.at(-1)![0]).toBeNull();
    expect([poll.running, frames.length]).toEqual([false, 0]);
    const before = asked();
    frame(9_032);
    expect(asked()).toBe(before);
  });

  it('is read as numbers', () => {
    const fake = { id: 'x', mapping: '', axes: [Infinity], buttons: [{ value: 0.5 }] } as unknown as Gamepad;
    expect(stateOf(fake)).toEqual({ id: 'x', standard: false, axes: [0], buttons: [0.5] });
  });

  it('sends one value at a time, then the newest, and none after a refusal', async () => {
    const sent: number[] = [];
    let answer: (ok: boolean) => void = () => undefined;
    const latest = new Latest<number>((value) => (sent.push(value), new Promise((resolve) => (answer = resolve))));
    [1, 2, 3].forEach((value) => latest.put(value));
    expect(sent).toEqual([1]);
    answer(true);
    await vi.waitFor(() => expect(sent).toEqual([1, 3]));
    answer(false);
    await new Promise((resolve) => setTimeout(resolve));
    latest.put(4);
    expect(sent).toEqual([1, 3]);
    latest.rest();
    latest.put(5);
    expect(sent).toEqual([1, 3, 5]);
  });
});
