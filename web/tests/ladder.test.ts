import { describe, expect, it } from 'vitest';
import { mediaAddress } from '../src/connection/endpoints';
import { deadline, ladder, step, type Choice, type Ladder, type LadderEvent, type Rung } from '../src/connection/ladder';
import { beginOf, codecOf, codecOfOpening, parsePacket, Unwrapped } from '../src/connection/packet';
import { parseCamera, parseState, parseStats, question } from '../src/connection/pictures';
import { BEAT_MS, Pulse } from '../src/connection/pulse';
import { parseServerMessage } from '../src/protocol/server';

const ALL: Rung[] = ['webrtc', 'websocket', 'pictures'];

/** A ladder that is told events, with what it does as words. */
class Run {
  now: Ladder;
  done: string[] = [];

  constructor(choice: Choice = 'auto', can: readonly Rung[] = ALL) {
    this.now = ladder(choice);
    this.tell(0, { kind: 'begin', can });
  }

  tell(at_ms: number, event: LadderEvent): this {
    const { ladder: next, acts } = step(this.now, event, at_ms);
    this.now = next;
    this.done.push(...acts.map((act) => (act.kind === 'fail' ? 'fail' : `${act.kind} ${act.rung}`)));
    return this;
  }

  /** What was done since the last time. */
  take(): string[] {
    return this.done.splice(0);
  }
}

describe('the ladder', () => {
  it('never goes back to what this browser cannot have', () => {
    const run = new Run().tell(50, { kind: 'lost', rung: 'webrtc', reason: 'no H.264', unfit: true });
    expect(run.take()).toEqual(['start webrtc', 'stop webrtc', 'start websocket']);
    run.tell(300, { kind: 'up', rung: 'websocket' });
    expect(deadline(run.now)).toBeNull();
    run.tell(60_000, { kind: 'network' });
    expect(run.take()).toEqual([]);
    run.tell(70_000, { kind: 'choose', choice: 'webrtc' });
    expect(run.take()).toEqual(['fail']);
  });

  it('stays at WebRTC while that works', () => {
    const run = new Run().tell(50, { kind: 'answered' }).tell(400, { kind: 'up', rung: 'webrtc' });
    expect(run.take()).toEqual(['start webrtc']);
    expect(deadline(run.now)).toBeNull();
    run.tell(9000, { kind: 'network' });
    expect(run.take()).toEqual([]);
  });

  it('falls to the socket when no media comes within 2 s of the answer, and lets WebRTC go on beside it', () => {
    const run = new Run().tell(100, { kind: 'answered' });
    expect(deadline(run.now)).toBe(2100);
    run.take();
    run.tell(2099, { kind: 'time' });
    expect(run.take()).toEqual([]);
    run.tell(2100, { kind: 'time' }).tell(2200, { kind: 'up', rung: 'websocket' });
    expect(run.take()).toEqual(['start websocket']);
    expect(run.now).toMatchObject({ main: 'websocket', up: true, beside: 'webrtc' });
    const late = structuredClone(run.now);
    run.tell(5000, { kind: 'up', rung: 'webrtc' });
    expect(run.take()).toEqual(['stop websocket']);
    expect(run.now).toMatchObject({ main: 'webrtc', up: true, beside: null, climb: null });
    // Or it never comes, and is tried again.
    run.now = late;
    run.tell(17_600, { kind: 'time' });
    expect(run.take()).toEqual(['stop webrtc']);
    run.tell(47_600, { kind: 'time' });
    expect(run.take()).toEqual(['start webrtc']);
  });

  it('leaves a WebRTC that failed at once, and climbs back every 30 s or when the network changes', () => {
    const run = new Run().tell(500, { kind: 'lost', rung: 'webrtc', reason: '' });
    expect(run.take()).toEqual(['start webrtc', 'stop webrtc', 'start websocket']);
    run.tell(700, { kind: 'up', rung: 'websocket' });
    expect(deadline(run.now)).toBe(30_700);
    run.tell(2000, { kind: 'network' });
    expect(run.take()).toEqual(['start webrtc']);
    run.tell(4999, { kind: 'network' });
    expect(run.take()).toEqual([]);
    run.tell(5000, { kind: 'network' });
    expect(run.take()).toEqual(['stop webrtc', 'start webrtc']);
    run.tell(5500, { kind: 'lost', rung: 'webrtc', reason: '' });
    expect(run.take()).toEqual(['stop webrtc']);
    run.tell(35_500, { kind: 'time' });
    expect(run.take()).toEqual(['start webrtc']);
    expect(run.now).toMatchObject({ main: 'websocket', up: true });
  });

  it('waits for a WebRTC that the daemon has seen first', () => {
    const run = new Run().tell(0, { kind: 'answered' }).tell(2000, { kind: 'time' });
    run.tell(2600, { kind: 'up', rung: 'websocket' });
    run.take();
    run.tell(9000, { kind: 'lost', rung: 'websocket', reason: '', replaced: true });
    expect(run.take()).toEqual(['stop websocket']);
    const waiting = structuredClone(run.now);
    run.tell(9020, { kind: 'up', rung: 'webrtc' });
    expect(run.take()).toEqual([]);
    expect(run.now).toMatchObject({ main: 'webrtc', up: true, beside: null });
    run.now = waiting;
    run.tell(11_500, { kind: 'time' });
    expect(run.take()).toEqual(['start websocket']);
  });

  it('mends a way that stalls, sets it up from nothing, and falls unless either helps', () => {
    const run = new Run().tell(0, { kind: 'up', rung: 'webrtc' }).tell(1000, { kind: 'shaky', rung: 'webrtc' });
    run.tell(1200, { kind: 'shaky', rung: 'webrtc' });
    expect(run.take()).toEqual(['start webrtc', 'mend webrtc']);
    run.tell(1500, { kind: 'up', rung: 'webrtc' }).tell(9000, { kind: 'time' });
    expect(run.take()).toEqual([]);
    run.tell(10_000, { kind: 'shaky', rung: 'webrtc' }).tell(10_349, { kind: 'time' });
    expect(run.take()).toEqual(['mend webrtc']);
    run.tell(10_350, { kind: 'time' }).tell(10_700, { kind: 'answered' });
    expect(run.take()).toEqual(['stop webrtc', 'start webrtc']);
    expect(deadline(run.now)).toBe(11_150);
    const renewed = structuredClone(run.now);
    run.tell(11_000, { kind: 'up', rung: 'webrtc' });
    expect([run.take(), deadline(run.now)]).toEqual([[], null]);
    // Or it goes on beside the socket.
    run.now = renewed;
    run.tell(11_150, { kind: 'time' }).tell(11_800, { kind: 'up', rung: 'websocket' });
    expect(run.take()).toEqual(['start websocket']);
    run.tell(12_000, { kind: 'up', rung: 'webrtc' });
    expect(run.take()).toEqual(['stop websocket']);
  });

  it('stays where it is while nothing at all gets through', () => {
    const run = new Run().tell(0, { kind: 'up', rung: 'webrtc' }).tell(1000, { kind: 'shaky', rung: 'webrtc' });
    run.take();
    for (let at = 1350; at < 12_000; at += 200) run.tell(at, { kind: 'time', silent: true });
    expect(run.take()).toEqual([]);
    expect(run.now).toMatchObject({ main: 'webrtc', up: true });
    run.tell(12_200, { kind: 'time', silent: false });
    expect(run.take()).toEqual(['stop webrtc', 'start webrtc']);
  });

  it('opens a socket that stalls anew', () => {
    const run = new Run('auto', ['websocket', 'pictures']).tell(0, { kind: 'up', rung: 'websocket' });
    run.tell(5000, { kind: 'shaky', rung: 'websocket' }).tell(5350, { kind: 'time' });
    expect(run.take()).toEqual(['start websocket', 'mend websocket', 'stop websocket', 'start websocket']);
  });

  it('begins at the socket without WebRTC, and ends at pictures', () => {
    const run = new Run('auto', ['pictures', 'websocket']);
    expect(run.take()).toEqual(['start websocket']);
    run.tell(100, { kind: 'lost', rung: 'websocket', reason: '' }).tell(600, { kind: 'up', rung: 'pictures' });
    expect(run.take()).toEqual(['stop websocket', 'start pictures']);
    run.tell(30_600, { kind: 'time' }).tell(30_700, { kind: 'up', rung: 'websocket' });
    expect(run.take()).toEqual(['start websocket', 'stop pictures']);
    // One that has played is worth another try.
    run.tell(40_000, { kind: 'lost', rung: 'websocket', reason: '' });
    expect(run.take()).toEqual(['stop websocket', 'start websocket']);
    run.tell(40_100, { kind: 'up', rung: 'websocket' }).tell(40_200, { kind: 'lost', rung: 'websocket', reason: '' });
    expect(run.take()).toEqual(['stop websocket', 'start pictures']);
  });

  it('tries in turn what is better than pictures', () => {
    const run = new Run().tell(0, { kind: 'lost', rung: 'webrtc', reason: '' });
    run.tell(100, { kind: 'lost', rung: 'websocket', reason: '' }).tell(200, { kind: 'up', rung: 'pictures' });
    run.take();
    run.tell(30_200, { kind: 'time' }).tell(30_300, { kind: 'lost', rung: 'webrtc', reason: '' });
    run.tell(60_300, { kind: 'time' }).tell(60_400, { kind: 'lost', rung: 'websocket', reason: '' });
    run.tell(90_400, { kind: 'time' });
    expect(run.take()).toEqual(['start webrtc', 'stop webrtc', 'start websocket', 'stop websocket', 'start webrtc']);
  });

  it('does what the viewer chose, and fails where that is not to be had', () => {
    const forced = new Run('webrtc').tell(0, { kind: 'answered' });
    expect(deadline(forced.now)).toBe(15_000);
    forced.tell(15_000, { kind: 'time' });
    expect(forced.take()).toEqual(['start webrtc', 'fail']);
    expect(new Run('webrtc', ['websocket']).take()).toEqual(['fail']);
    expect(new Run('pictures').take()).toEqual(['start pictures']);
  });

  it('follows a choice by hand, upwards without losing the picture', () => {
    const run = new Run().tell(0, { kind: 'up', rung: 'webrtc' });
    run.tell(1000, { kind: 'choose', choice: 'websocket' }).tell(1100, { kind: 'up', rung: 'websocket' });
    expect(run.take()).toEqual(['start webrtc', 'stop webrtc', 'start websocket']);
    expect(deadline(run.now)).toBeNull();
    run.tell(5000, { kind: 'choose', choice: 'webrtc' });
    expect(run.take()).toEqual(['start webrtc']);
    expect(run.now).toMatchObject({ main: 'websocket', up: true });
    run.tell(5300, { kind: 'up', rung: 'webrtc' });
    expect(run.take()).toEqual(['stop websocket']);
  });

  it('never has more than one rung beside the main one, whatever happens', () => {
    const events = (seed: number): LadderEvent => {
      const rung = ALL[seed % 3]!;
      const choice = (['auto', ...ALL] as const)[seed % 4]!;
      const all: LadderEvent[] = [
        { kind: 'up', rung },
        { kind: 'lost', rung, reason: '' },
        { kind: 'lost', rung, reason: '', replaced: true },
        { kind: 'shaky', rung },
        { kind: 'time' },
        { kind: 'network' },
        { kind: 'answered' },
        { kind: 'choose', choice },
      ];
      return all[(seed >> 4) % all.length]!;
    };
    let random = 1;
    const running = new Set<string>();
    let run = new Run();
    let at_ms = 0;
    for (let i = 0; i < 20_000; i += 1) {
      random = (random * 48_271) % 0x7fffffff;
      at_ms += random % 20_000;
      for (const act of run.take()) {
        const [kind, rung] = act.split(' ');
        if (kind === 'start') {
          expect(running.has(rung!), `${rung} runs already`).toBe(false);
          running.add(rung!);
        } else if (kind === 'stop') {
          expect(running.delete(rung!), `${rung} does not run`).toBe(true);
        } else if (kind === 'mend') {
          expect(running.has(rung!), `${rung} does not run`).toBe(true);
        } else {
          running.clear();
        }
      }
      const { main, beside } = run.now;
      expect([...running].sort()).toEqual([main, beside].filter((rung) => rung !== null).sort());
      expect(main === null || main !== beside).toBe(true);
      if (main === null) run = new Run();
      else run.tell(at_ms, events(random));
    }
  });
});

function message(flags: number, payload: number[], { version = 1, codec = 1, header = 20 } = {}): ArrayBuffer {
  const bytes = new Uint8Array(header + payload.length);
  bytes.set([version, flags, codec, header, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 5, 0, 2, 208]);
  bytes.set(payload, header);
  return bytes.buffer;
}

describe('packets', () => {
  it('are read as the daemon describes them', () => {
    expect(parsePacket(message(1, [9, 8]))).toEqual({
      keyframe: true,
      opening: false,
      time: 256,
      id: 513,
      width: 1280,
      height: 720,
      payload: new Uint8Array([9, 8]),
    });
    expect(parsePacket(message(2, [], { header: 24 }))).toMatchObject({ opening: true, payload: new Uint8Array() });
  });

  it('of another version, of another codec or cut short are passed over', () => {
    for (const odd of [{ version: 2 }, { codec: 2 }]) expect(parsePacket(message(0, [], odd))).toBeNull();
    expect(parsePacket(message(0, []).slice(0, 19))).toBeNull();
    const long = new Uint8Array(message(0, []));
    long[3] = 21;
    expect(parsePacket(long.buffer)).toBeNull();
  });

  it('tell their codec by the parameter sets', () => {
    expect(codecOf(new Uint8Array([0, 0, 0, 1, 9, 16, 0, 0, 1, 0x67, 0x4d, 0x40, 0x1f, 5]))).toBe('avc1.4d401f');
    expect(codecOf(new Uint8Array([0, 0, 1, 0x41, 1, 2, 3, 4]))).toBeNull();
    const opening = [...'....avcC'].map((letter) => letter.charCodeAt(0));
    expect(codecOfOpening(new Uint8Array([...opening, 1, 0x42, 0xc0, 0x0d, 255]))).toBe('avc1.42c00d');
    expect(codecOfOpening(new Uint8Array(opening))).toBeNull();
  });

  it('tell when a fragment begins', () => {
    const box = (version: number, time: number[]) =>
      new Uint8Array([0, ...[...'tfdt'].map((letter) => letter.charCodeAt(0)), version, 0, 0, 0, ...time]);
    expect(beginOf(box(1, [0, 0, 0, 0, 0, 1, 0x5f, 0x90]))).toBe(1);
    expect(beginOf(box(0, [0, 1, 0x5f, 0x90]))).toBe(1);
    expect(beginOf(box(1, [0, 0]))).toBeNull();
  });

  it('have times that run on past 32 bits', () => {
    const clock = new Unwrapped();
    expect([0xffffffd3, 45, 90_045].map((time) => clock.at(time))).toEqual([0, 1000, 1_001_000]);
  });
});

describe('the media socket', () => {
  it('is beside the signaling socket, and told by the welcome', () => {
    const welcome = parseServerMessage(
      JSON.stringify({ type: 'welcome', session: 'a b', media: { path: '/ws/media', ticket: 'ff' } }),
    );
    if (welcome?.type !== 'welcome') throw new Error('a welcome');
    expect(mediaAddress('wss://host/sim/ws/signaling?session=x&token=t', welcome)).toBe(
      'wss://host/sim/ws/media?session=a+b&ticket=ff&token=t',
    );
    const older = parseServerMessage(JSON.stringify({ type: 'welcome', media: { path: 'http://evil' } }));
    expect(older).not.toHaveProperty('media');
  });
});

describe('pictures', () => {
  it('knows the values of the model by the order of their ids', () => {
    const state = parseState({
      qpos: { root: [1, 2, 3, 1, 0, 0, 0], hinge: 0.5 },
      // The second of three has no name.
      ctrl: { push: 0.1, '1': 0.2, pull: 0.3 },
      sensors: {},
      contacts: { count: 4, list: [] },
    });
    expect(state).toEqual({ qpos: [1, 2, 3, 1, 0, 0, 0, 0.5], ctrl: [0.1, 0.2, 0.3], sensors: [], contacts: 4 });
    expect(parseState({ ctrl: { push: 'much' } })).toEqual({});
    expect(parseState(null)).toEqual({});
  });

  it('are asked for from where the viewer looks, and not too large', () => {
    const state = parseStats({
      simulation_state: {
        simulation: { time: 2, step_count: 1000, is_paused: true },
      },
    });
    expect(state).toEqual({ time: 2, step_count: 1000, paused: true });
    const camera = { azimuth: 90, elevation: -20, distance: 3, lookat: [0, 0, 1], name: 'Übersicht' };
    expect(parseCamera(encodeURIComponent(JSON.stringify(camera)))).toEqual(camera);
    for (const wrong of [null, '%', '{', '7']) expect(parseCamera(wrong)).toBeUndefined();
    expect(question({ camera }, 1920, 1080)).toEqual({
      width: '960',
      height: '540',
      azimuth: '90',
      elevation: '-20',
      distance: '3',
      lookat: '0,0,1',
    });
    expect(question({}, 640, 480)).toEqual({ width: '640', height: '480' });
  });
});

describe('the pulse', () => {
  const beats = (pulse: Pulse, from: number, to: number) => {
    const told = [];
    for (let at = from; at <= to; at += BEAT_MS) told.push(pulse.beat(at));
    return told;
  };

  it('asks after a moment of silence, and only silence in spite of that is a stall', () => {
    const pulse = new Pulse(0);
    expect(beats(pulse, 0, 750)).toEqual(['fine', 'ask', 'ask', 'ask', 'ask', 'stalled']);
    pulse.heard(760);
    expect(beats(pulse, 900, 1200)).toEqual(['fine', 'ask', 'ask']);
  });

  it('gives a slow path the time of an answer', () => {
    const pulse = new Pulse(0);
    for (let i = 0; i < 40; i += 1) pulse.answered(600);
    expect(beats(pulse, 0, 1350).slice(-3)).toEqual(['ask', 'ask', 'stalled']);
    for (let i = 0; i < 40; i += 1) pulse.answered(1e6);
    expect(pulse.beat(1690)).toBe('ask');
    expect(pulse.beat(1700)).toBe('stalled');
  });

  it('does not take the sleep of the page for silence of the path', () => {
    const pulse = new Pulse(0);
    expect([pulse.beat(0), pulse.beat(60_000), pulse.beat(60_250)]).toEqual(['fine', 'fine', 'ask']);
  });
});
