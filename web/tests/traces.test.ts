import { describe, expect, it, vi } from 'vitest';
import { RemoteClock } from '../src/connection/clock';
import { measured } from '../src/connection/latency';
import { parsePacket } from '../src/connection/packet';
import { BINS, spread, Traces, type Shown } from '../src/connection/traces';
import { parseServerMessage, type FrameStamps } from '../src/protocol/server';
import { Tracing } from '../src/tracing';

/** The daemon's clock is so far behind the page's, ms. */
const OFFSET_MS = 5_000;

/** A clock that a pong has set, whose two halves were as long as given. */
function clock(up_ms = 2, down_ms = up_ms): RemoteClock {
  const remote = new RemoteClock();
  remote.note(10_000, 10_000 + up_ms + down_ms, (10_000 + up_ms - OFFSET_MS) * 1000);
  return remote;
}

/** A frame whose drawing begins at `at_ms` of the page's time: 3 ms of drawing, 2 of encoding, 1 to send. */
function stamps(id: number, at_ms: number, more: Partial<FrameStamps> = {}): FrameStamps {
  const us = (ms: number) => (ms - OFFSET_MS) * 1000;
  return {
    id, rtp: id * 3000, render_us: us(at_ms), encode_us: us(at_ms + 3), done_us: us(at_ms + 5), sent_us: us(at_ms + 6), ...more,
  };
}

/** It arrives 4 ms after it was sent, is decoded within 5 and shown 6 ms later. */
function shown(id: number, at_ms: number): Shown {
  return { rtp: id * 3000, received_ms: at_ms + 10, decode_ms: 5, present_ms: at_ms + 21 };
}

const us = (ms: number) => (ms - OFFSET_MS) * 1000;

describe('RemoteClock', () => {
  it('knows nothing before the first pong', () => {
    expect(new RemoteClock().toPage(1)).toBeNull();
    expect(new RemoteClock().rtt_ms).toBeNull();
  });

  it('trusts the quickest of the late round trips', () => {
    const remote = new RemoteClock();
    remote.note(100, 180, 5_000);
    remote.note(200, 204, 102_000);
    remote.note(300, 390, 9_000);
    expect(remote.rtt_ms).toBe(4);
    expect(remote.toPage(102_000)).toBe(202);
  });

  it('is off by half the difference of the ways at most', () => {
    for (const [up, down] of [[1, 9], [9, 1], [5, 5]] as const) {
      const error = Math.abs(clock(up, down).toPage(0)! - OFFSET_MS);
      expect(error).toBeCloseTo(Math.abs(up - down) / 2);
    }
  });

  it('forgets what is old, as clocks drift, and what made no sense', () => {
    const remote = new RemoteClock();
    remote.note(0, 1, 0);
    remote.note(100_000, 100_020, 100_010_000);
    expect(remote.rtt_ms).toBe(20);
    remote.note(200, 100, 0);
    remote.note(NaN, 100, 0);
    expect(remote.rtt_ms).toBe(20);
    remote.forget();
    expect(remote.toPage(0)).toBeNull();
  });
});

describe('Tracing', () => {
  const packet = (id: number, at_ms: number) =>
    ({ keyframe: false, opening: false, time: id * 3000, id, width: 4, height: 4, stamps: stamps(id, at_ms), payload: new Uint8Array() });
  const metadata = (mediaTime: number, processingDuration?: number) =>
    ({ mediaTime, expectedDisplayTime: 0, ...(processingDuration !== undefined && { processingDuration }) }) as VideoFrameCallbackMetadata;
  const started = () => new Tracing(clock());
  /** The page shows it now. */
  const show = (tracing: Tracing, frame: VideoFrameCallbackMetadata) => tracing.shown(frame, performance.now());

  it('follows frames that the browser decodes by itself, which show later than others arrive', () => {
    const tracing = started();
    for (const id of [1, 2, 3]) {
      tracing.arrived(packet(id, 10_000));
      tracing.decoded(id * 3000, (id / 30) * 1e6);
    }
    // Rounded down, as some browsers do.
    show(tracing, metadata(Math.floor((2 / 30) * 1e6) / 1e6, 0.004));
    const { decode } = tracing.summary();
    expect(decode).toMatchObject({ median_ms: 4, p95_ms: 4 });
    // What it passed over is not shown any more, and what it does not know is no other frame.
    for (const time of [1 / 30, 9 / 30]) show(tracing, metadata(time, 0.2));
    expect(tracing.summary().decode?.p95_ms).toBe(4);
    show(tracing, metadata(3 / 30, 0.008));
    expect(tracing.summary().decode?.p95_ms).toBe(8);
  });

  it('takes the last frame of its own decoder where the element has another time', () => {
    const tracing = started();
    tracing.arrived(packet(1, 10_000));
    tracing.decoded(3000, 1e6 / 30, 7);
    show(tracing, metadata(77));
    expect(tracing.summary().decode?.median_ms).toBe(7);
  });

  it('believes no time of display before the refresh with the frame, nor long after', () => {
    vi.spyOn(performance, 'now').mockReturnValue(10_000);
    const refresh_ms = 10_005;
    for (const [expected_ms, present_ms] of [[-150, 5], [0, 5], [17, 22], [217, 39]] as const) {
      const tracing = started();
      tracing.arrived(packet(1, 10_000));
      tracing.decoded(3000, 0, 0);
      tracing.shown({ ...metadata(0), expectedDisplayTime: refresh_ms + expected_ms }, refresh_ms);
      expect(tracing.summary().present?.median_ms).toBe(present_ms);
    }
    vi.restoreAllMocks();
  });
});

describe('Traces', () => {
  it('follows a frame from hand to eye, whichever is told first', () => {
    for (const stampsFirst of [true, false]) {
      const traces = new Traces(clock());
      traces.input(19_990);
      const tell = () => traces.stamped([stamps(1, 20_000, { input_us: us(19_993), state_us: us(19_999) })]);
      if (stampsFirst) tell();
      traces.shown(shown(1, 20_000));
      if (!stampsFirst) tell();
      const medians = Object.entries(traces.summary(20_100)).map(([stage, s]) => [stage, Number(s.median_ms.toFixed(6))]);
      expect(Object.fromEntries(medians)).toEqual({
        uplink: 3, input: 7, state: 1, render: 3, encode: 2, send: 1, network: 4, decode: 5, present: 6,
        hand: 31, pose: 22,
      });
    }
  });

  it('adds up: the stages of each kind are its sum', () => {
    const traces = new Traces(clock());
    traces.input(19_990);
    traces.stamped([stamps(1, 20_000, { input_us: us(19_993), state_us: us(19_999) })]);
    traces.shown(shown(1, 20_000));
    const s = traces.summary(20_100);
    const sum = (...stages: (keyof typeof s)[]) => stages.reduce((total, stage) => total + s[stage]!.median_ms, 0);
    const shared = ['render', 'encode', 'send', 'network', 'decode', 'present'] as const;
    expect(sum('uplink', 'input', ...shared)).toBeCloseTo(s.hand!.median_ms);
    expect(sum('state', ...shared)).toBeCloseTo(s.pose!.median_ms);
    expect(measured(s)?.total_ms).toBeCloseTo(s.pose!.median_ms);
  });

  it('lets nothing arrive before it was sent, nor be seen before it was decoded', () => {
    const traces = new Traces(clock(0, 40));
    traces.stamped([stamps(1, 20_000, { state_us: us(19_999) })]);
    traces.shown({ ...shown(1, 20_000), present_ms: 20_001 });
    const { network, present, pose } = traces.summary(20_100);
    expect([network?.median_ms, present?.median_ms]).toEqual([0, 0]);
    expect(pose?.median_ms).toBeCloseTo(1 + 3 + 2 + 1 + 5);
  });

  it('lets a frame that was never shown pass its input on', () => {
    const traces = new Traces(clock());
    traces.input(19_990);
    traces.stamped([stamps(1, 20_000, { input_us: us(19_993) }), stamps(2, 20_033)]);
    traces.shown(shown(2, 20_033));
    const { hand, input } = traces.summary(20_100);
    expect(hand?.median_ms).toBeCloseTo(20_033 + 21 - 19_990);
    expect(input?.median_ms).toBeCloseTo(40);
  });

  it('takes no input of others for its own', () => {
    const traces = new Traces(clock());
    traces.input(19_000);
    // Sent after the daemon had the other's.
    traces.input(19_996);
    traces.stamped([stamps(1, 20_000, { input_us: us(19_993) })]);
    traces.shown(shown(1, 20_000));
    const { hand, uplink, input } = traces.summary(20_100);
    expect([hand, uplink]).toEqual([undefined, undefined]);
    expect(input?.median_ms).toBeCloseTo(7);
  });

  it('finds the own input however wrong the clock may be', () => {
    for (const [up, down] of [[1, 39], [39, 1]] as const) {
      const traces = new Traces(clock(up, down));
      for (let at = 19_000; at <= 20_000; at += 250) traces.input(at);
      // On the daemon's clock, as it truly is.
      const sent = (ms: number) => (ms - OFFSET_MS) * 1000;
      traces.stamped([stamps(1, 20_003, { input_us: sent(20_001) })]);
      traces.shown(shown(1, 20_050));
      expect(traces.summary(20_100).hand?.median_ms).toBeCloseTo(20_050 + 21 - 20_000);
    }
  });

  it('finds the own input among many on a slow way', () => {
    const traces = new Traces(clock(40));
    for (let at = 19_900; at < 20_000; at += 8) traces.input(at);
    traces.stamped([stamps(1, 20_000, { input_us: us(19_948 + 40) })]);
    traces.shown(shown(1, 20_000));
    expect(traces.summary(20_100).uplink?.median_ms).toBeCloseTo(40);
  });

  it('says nothing without a clock, and forgets after ten seconds', () => {
    const blind = new Traces(new RemoteClock());
    blind.stamped([stamps(1, 20_000)]);
    blind.shown(shown(1, 20_000));
    expect(blind.summary(20_100)).toEqual({});
    const traces = new Traces(clock());
    traces.stamped([stamps(1, 20_000)]);
    traces.shown(shown(1, 20_000));
    expect(traces.summary(30_000).render?.median_ms).toBeCloseTo(3);
    expect(traces.summary(30_100)).toEqual({});
  });

  it('waits for no frame for ever', () => {
    const traces = new Traces(clock());
    for (let id = 1; id < 1_500; id += 1) {
      traces.stamped([stamps(2 * id, 20_000)]);
      traces.shown(shown(2 * id + 1, 20_000));
    }
    expect(traces.summary(20_100)).toEqual({});
    traces.stamped([stamps(20_001, 20_000)]);
    traces.shown(shown(20_001, 20_000));
    expect(traces.summary(20_100).render?.median_ms).toBeCloseTo(3);
  });
});

describe('spread', () => {
  it('gives percentiles by nearest rank, and counts all', () => {
    const values = Array.from({ length: 100 }, (_, at) => at + 1);
    const { median_ms, p95_ms, bins } = spread(values);
    expect([median_ms, p95_ms]).toEqual([50, 95]);
    expect(bins).toHaveLength(BINS);
    expect(bins.reduce((sum, count) => sum + count)).toBe(100);
    expect(spread([0, 0.25]).bins[0]).toBe(2);
    expect(spread([1e9]).bins[BINS - 1]).toBe(1);
  });
});

describe('stamps on the wire', () => {
  const frame = { id: 7, rtp: 8, input_us: 1, render_us: 2, encode_us: 3, done_us: 4, sent_us: 5 };

  it('are read from a message, and what is not whole is left out', () => {
    const text = JSON.stringify({ type: 'stamps', frames: [frame, { ...frame, sent_us: null }, 'x'] });
    expect(parseServerMessage(text)).toEqual({ type: 'stamps', frames: [frame] });
    expect(parseServerMessage('{"type":"pong","t":1.5,"clock_us":9}')).toEqual({ type: 'pong', t: 1.5, clock_us: 9 });
  });

  it('are read from a packet, and may be missing from an older daemon’s', () => {
    const bytes = new ArrayBuffer(50);
    const view = new DataView(bytes);
    [1, 1, 1, 48].forEach((byte, at) => view.setUint8(at, byte));
    view.setUint32(4, 8);
    view.setBigUint64(8, 7n);
    view.setBigUint64(20, 1_000_000n);
    [0xffff_ffff, 900, 800, 500, 100].forEach((age, at) => view.setUint32(28 + 4 * at, age));
    expect(parsePacket(bytes)?.stamps).toEqual({
      id: 7, rtp: 8, state_us: 999_100, render_us: 999_200, encode_us: 999_500, done_us: 999_900, sent_us: 1_000_000,
    });
    view.setUint8(3, 20);
    expect(parsePacket(bytes)?.stamps).toBeUndefined();
  });
});
