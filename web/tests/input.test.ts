import { describe, expect, it } from 'vitest';
import { buttonChanges } from '../src/input/buttons';
import { Gestures, type GestureOutput } from '../src/input/gestures';
import { flagKeys } from '../src/preferences';
import { keyUse, type KeyLike } from '../src/input/keys';
import { FrameThrottle } from '../src/input/throttle';
import { notches } from '../src/input/wheel';

describe('notches', () => {
  const event = (deltaY: number, deltaMode = 0, ctrlKey = false) => notches({ deltaX: 0, deltaY, deltaMode, ctrlKey });

  it.each([
    ['a wheel in pixels', event(100), 1],
    ['a trackpad', event(-4), -0.04],
    ['lines', event(3, 1), 1],
    ['a page', event(1, 2), 3],
    ['a flood', event(1e9), 10],
    ['nonsense', event(NaN), 0],
  ])('measures %s', (_what, { dy }, expected) => expect(dy).toBeCloseTo(expected));

  it('zooms by as much as a pinch says', () => {
    // Ten steps of −1 mean a scale of exp(0.1).
    expect(1.1 ** -(10 * event(-1, 0, true).dy)).toBeCloseTo(Math.exp(0.1));
  });
});

describe('buttonChanges', () => {
  it('tells each press and release with the buttons then held', () => {
    expect(buttonChanges(0, 1)).toEqual([{ type: 'mouse_down', button: 0, buttons: 1 }]);
    expect(buttonChanges(1, 3)).toEqual([{ type: 'mouse_down', button: 2, buttons: 3 }]);
    expect(buttonChanges(1, 4)).toEqual([
      { type: 'mouse_up', button: 0, buttons: 0 },
      { type: 'mouse_down', button: 1, buttons: 4 },
    ]);
    expect(buttonChanges(5, 5)).toEqual([]);
  });

  it('ignores the side buttons', () => {
    expect(buttonChanges(0, 8)).toEqual([]);
  });
});

describe('FrameThrottle', () => {
  function setup() {
    const frames: (() => void)[] = [];
    const out: number[] = [];
    const throttle = new FrameThrottle<number>((v) => out.push(v), (f) => frames.push(f));
    return { out, throttle, frame: () => frames.shift()?.() };
  }

  it('passes the first at once and then the newest of each frame', () => {
    const { out, throttle, frame } = setup();
    throttle.push(1);
    throttle.push(2);
    throttle.push(3);
    expect(out).toEqual([1]);
    frame();
    expect(out).toEqual([1, 3]);
    frame();
    throttle.push(4);
    expect(out).toEqual([1, 3, 4]);
  });

  it('flushes early and merges', () => {
    const { out, throttle } = setup();
    throttle.push(1);
    throttle.merge(2, (a, b) => a + b);
    throttle.merge(3, (a, b) => a + b);
    throttle.flush();
    throttle.flush();
    expect(out).toEqual([1, 5]);
  });
});

describe('Gestures', () => {
  const types = (out: GestureOutput[]) => out.map((o) => o.type);

  it('clicks on a tap', () => {
    const g = new Gestures();
    expect(g.down(1, { x: 10, y: 10 })).toEqual([]);
    expect(g.move(1, { x: 12, y: 11 })).toEqual([]);
    expect(g.up(1)).toEqual([
      { type: 'mouse_down', x: 10, y: 10, buttons: 1, button: 0 },
      { type: 'mouse_up', x: 10, y: 10, buttons: 0, button: 0 },
    ]);
  });

  it('orbits with one finger, from where it left the slop', () => {
    const g = new Gestures();
    g.down(1, { x: 0, y: 0 });
    expect(g.move(1, { x: 10, y: 0 })).toEqual([{ type: 'mouse_down', x: 10, y: 0, buttons: 1, button: 0 }]);
    expect(g.move(1, { x: 20, y: 0 })).toEqual([{ type: 'mouse_move', x: 20, y: 0, buttons: 1 }]);
    expect(types(g.up(1))).toEqual(['mouse_up']);
  });

  it('pans and pinches with two, after ending the orbit', () => {
    const g = new Gestures();
    g.down(1, { x: 0, y: 0 });
    g.move(1, { x: 10, y: 0 });
    expect(g.down(2, { x: 110, y: 0 })).toEqual([
      { type: 'mouse_up', x: 10, y: 0, buttons: 0, button: 0 },
      { type: 'mouse_down', x: 60, y: 0, buttons: 2, button: 2 },
    ]);
    const out = g.move(2, { x: 120, y: 0 });
    expect(types(out)).toEqual(['mouse_move', 'scroll']);
    const scroll = out[1];
    // Fingers 10 % further apart: one notch nearer.
    expect(scroll?.type === 'scroll' && scroll.dy).toBeCloseTo(-1);
  });

  it('never clicks with the finger that a pinch leaves, but lets it orbit', () => {
    const g = new Gestures();
    g.down(1, { x: 0, y: 0 });
    g.down(2, { x: 100, y: 0 });
    expect(types(g.up(1))).toEqual(['mouse_up']);
    expect(types(g.move(2, { x: 120, y: 0 }))).toEqual(['mouse_down']);
    expect(types(g.up(2))).toEqual(['mouse_up']);
    g.down(1, { x: 0, y: 0 });
    g.down(2, { x: 100, y: 0 });
    g.up(2);
    expect(g.up(1)).toEqual([]);
  });

  it('presses and releases in pairs whatever the fingers do', () => {
    const random = mulberry32(7);
    const g = new Gestures();
    const held = new Set<number>();
    let down = 0;
    for (let step = 0; step < 20_000; step++) {
      const id = Math.floor(random() * 4);
      const at = { x: random() * 300, y: random() * 300 };
      const act = random();
      let out: GestureOutput[];
      if (act < 0.02) {
        out = g.cancel();
        held.clear();
      } else if (!held.has(id)) {
        out = g.down(id, at);
        held.add(id);
      } else if (act < 0.3) {
        out = g.up(id);
        held.delete(id);
      } else {
        out = g.move(id, at);
      }
      for (const o of out) {
        expect(Object.values(o).every((v) => typeof v === 'string' || Number.isFinite(v))).toBe(true);
        if (o.type === 'mouse_down') down += 1;
        if (o.type === 'mouse_up') down -= 1;
        if (o.type === 'mouse_move') expect(down).toBe(1);
        expect(down === 0 || down === 1).toBe(true);
      }
      if (held.size === 0) expect(down).toBe(0);
    }
  });
});

describe('keyUse', () => {
  const key = (key: string, code = key, rest: Partial<KeyLike> = {}): KeyLike => ({
    key, code, altKey: false, ctrlKey: false, shiftKey: false, metaKey: false, repeat: false, ...rest,
  });

  it('sends what the simulation uses and keeps the browser from acting on it', () => {
    expect(keyUse(key(' ', 'Space'))).toEqual({ kind: 'send', prevent: true });
    expect(keyUse(key('[', 'BracketLeft'))).toEqual({ kind: 'send', prevent: true });
    expect(keyUse(key('w', 'KeyW'))).toEqual({ kind: 'page' });
    expect(keyUse(key('F6', 'F6'))).toEqual({ kind: 'page' });
    expect(keyUse(key('W', 'KeyW', { ctrlKey: true }))).toEqual({ kind: 'leave' });
  });

  it('leaves the keys of what is shown alone when they are turned off', () => {
    flagKeys.value = false;
    expect(keyUse(key('w', 'KeyW'))).toEqual({ kind: 'send', prevent: false });
    expect(keyUse(key('F6', 'F6'))).toEqual({ kind: 'leave' });
    expect(keyUse(key('F1', 'F1'))).toEqual({ kind: 'help' });
    flagKeys.value = true;
  });

  it('never takes Tab, reload or shortcuts', () => {
    for (const k of [key('Tab'), key('F5'), key('F12'), key('r', 'KeyR', { ctrlKey: true }), key('Shift', 'ShiftLeft')]) {
      expect(keyUse(k).kind).toBe('leave');
    }
  });

  it('opens the help on F1 and ?', () => {
    expect(keyUse(key('F1')).kind).toBe('help');
    expect(keyUse(key('?', 'Slash', { shiftKey: true })).kind).toBe('help');
  });

  it('repeats turns, not toggles', () => {
    expect(keyUse(key('ArrowLeft', 'ArrowLeft', { repeat: true })).kind).toBe('send');
    expect(keyUse(key(' ', 'Space', { repeat: true })).kind).toBe('swallow');
  });
});

/** A small seeded generator, so that a failure repeats. */
function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
