import { describe, expect, it, vi } from 'vitest';
import { parseEncoder, parseHealth, parsePresets, parseProblem, parseStreamEncoder } from '../src/connection/api';
import { retryDelay } from '../src/connection/backoff';
import { efficientCodecs, rankCodecs } from '../src/connection/codecs';
import { Commands } from '../src/connection/commands';
import { endpoints, moveTarget } from '../src/connection/endpoints';
import { latency } from '../src/connection/latency';
import { figures, snapshot, type Snapshot } from '../src/connection/stats';
import type { ClientMessage } from '../src/protocol/client';

describe('retryDelay', () => {
  it('doubles from 250 ms to 5 s', () => {
    const delays = [0, 1, 2, 3, 4, 5, 50].map((n) => retryDelay(n, 0.5));
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  it('spreads by a quarter to either side', () => {
    expect(retryDelay(2, 0)).toBe(750);
    expect(retryDelay(2, 0.999999)).toBe(1250);
  });
});

describe('moveTarget', () => {
  const page = 'https://host/?session=a&token=t';

  it('stays on the page where the session keeps its address', () => {
    expect(moveTarget('/?session=a', page)).toEqual({ kind: 'signaling', url: endpoints(page).signaling });
  });

  it('leads elsewhere where it does not', () => {
    expect(moveTarget('https://other/?session=a', page)?.kind).toBe('page');
    expect(moveTarget('/?session=b', page)?.kind).toBe('page');
  });
});

describe('endpoints', () => {
  it('passes session and token on and follows the page’s protocol', () => {
    const at = endpoints('https://host:8443/sim/?session=a%20b&token=t');
    expect(at.signaling).toBe('wss://host:8443/sim/ws/signaling?session=a+b&token=t');
    expect(at.route('api/health')).toBe('https://host:8443/sim/api/health?session=a+b');
    expect(at.headers).toEqual({ authorization: 'Bearer t' });
    expect(at.embed).toBe(false);
  });

  it('needs neither', () => {
    const at = endpoints('http://127.0.0.1:8000/?embed');
    expect(at.signaling).toBe('ws://127.0.0.1:8000/ws/signaling');
    expect(at.headers).toEqual({});
    expect(at.embed).toBe(true);
  });

  it('follows only web addresses', () => {
    const page = 'http://a/';
    expect(moveTarget('ws://b/ws/signaling', page)).toEqual({ kind: 'signaling', url: 'ws://b/ws/signaling' });
    expect(moveTarget('/?session=x', page)).toEqual({ kind: 'page', url: 'http://a/?session=x' });
    expect(moveTarget('javascript:alert(1)', page)).toBeNull();
    expect(moveTarget('http://[', page)).toBeNull();
  });
});

describe('rankCodecs', () => {
  it('puts H.264 first, retransmission last, and keeps the rest in order', () => {
    const codecs = [
      { mimeType: 'video/VP8' },
      { mimeType: 'video/rtx' },
      { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=0' },
      { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1' },
      { mimeType: 'video/AV1' },
    ];
    const names = (efficient: string[]) => rankCodecs(codecs, efficient).map((c) => c.sdpFmtpLine ?? c.mimeType);
    const h264 = ['packetization-mode=1', 'packetization-mode=0'];
    expect(names([])).toEqual([...h264, 'video/VP8', 'video/AV1', 'video/rtx']);
    expect(names(['video/av1', 'video/h265'])).toEqual(['video/AV1', ...h264, 'video/VP8', 'video/rtx']);
  });

  it('likes what is decoded in hardware alone', async () => {
    const media = (answer: (type: string) => boolean) => ({
      decodingInfo: async ({ video }: MediaDecodingConfiguration) => {
        const powerEfficient = answer(video?.contentType ?? '');
        return { supported: true, smooth: true, powerEfficient };
      },
    });
    const asked = (answer: (type: string) => boolean) => efficientCodecs(media(answer) as MediaCapabilities);
    expect(await asked(() => true)).toEqual(['video/av1', 'video/h265']);
    expect(await asked((type) => type === 'video/h265')).toEqual(['video/h265']);
    expect(await asked(() => false)).toEqual([]);
    expect(await asked(() => { throw new TypeError('webrtc is not a type'); })).toEqual([]);
    expect(await efficientCodecs(undefined)).toEqual([]);
  });
});

describe('statistics', () => {
  const report = [
    { id: 'v', type: 'inbound-rtp', kind: 'video', framesDecoded: 30, bytesReceived: 1000, codecId: 'c', frameWidth: 640, frameHeight: 480 },
    { id: 'c', type: 'codec', mimeType: 'video/H264' },
    { id: 't', type: 'transport', selectedCandidatePairId: 'p' },
    { id: 'q', type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 9 },
    { id: 'p', type: 'candidate-pair', currentRoundTripTime: 0.02, localCandidateId: 'l', remoteCandidateId: 'r' },
    { id: 'l', type: 'local-candidate', protocol: 'tcp', candidateType: 'host' },
    { id: 'r', type: 'remote-candidate', candidateType: 'relay' },
  ];

  it('reads the selected pair, codec and path', () => {
    const s = snapshot(report, 5);
    expect(s).toMatchObject({ at_ms: 5, framesDecoded: 30, codec: 'H.264', rtt_ms: 20, path: 'TCP relay', width: 640 });
  });

  it('is absent without video', () => {
    expect(snapshot([{ id: 'a', type: 'inbound-rtp', kind: 'audio' }], 0)).toBeNull();
  });

  it('turns counters into rates', () => {
    const before = snapshot(report, 0) as Snapshot;
    const after: Snapshot = {
      ...before,
      at_ms: 2000,
      framesDecoded: 90,
      bytes: 251_000,
      packetsReceived: 95,
      packetsLost: 5,
      jitterBufferDelay_s: 0.6,
      jitterBufferEmitted: 60,
      decodeTime_s: 0.12,
    };
    const f = figures(before, after);
    expect(f).toMatchObject({ fps: 30, bitrate_bps: 1_000_000, loss: 0.05 });
    expect(f.buffer_ms).toBeCloseTo(10);
    expect(f.decode_ms).toBeCloseTo(2);
  });

  it('claims no delay when no frame passed', () => {
    const s = snapshot(report, 0) as Snapshot;
    expect(figures(s, { ...s, at_ms: 1000 })).toEqual({ fps: 0, bitrate_bps: 0, loss: 0 });
  });
});

describe('latency', () => {
  it('sums the stages and counts the display time only once', () => {
    const l = latency({ render_ms: 3, encode_ms: 2, rtt_ms: 10, buffer_ms: 6, decode_ms: 1, receiveToDisplay_ms: 15 });
    expect(l?.total_ms).toBe(3 + 2 + 5 + 15);
    expect(l?.stages.at(-1)).toEqual({ stage: 'display', ms: 8 });
  });

  it('leaves out what is unknown', () => {
    expect(latency({ render_ms: 3 })).toBeNull();
    expect(latency({ rtt_ms: 4 })?.stages).toEqual([{ stage: 'network', ms: 2 }]);
  });
});

describe('Commands', () => {
  it('pairs results with commands', async () => {
    const sent: ClientMessage[] = [];
    const commands = new Commands((m) => sent.push(m) > 0);
    const first = commands.run('pause');
    const second = commands.run('speed', { factor: -1 });
    const [a, b] = sent.map((m) => (m.type === 'command' ? m.id : ''));
    commands.settle(b ?? '', false, 'out of range');
    commands.settle(a ?? '', true);
    commands.settle('unknown', true);
    expect(await first).toEqual({ ok: true });
    expect(await second).toEqual({ ok: false, error: 'out of range' });
  });

  it('fails at once when nothing is connected', async () => {
    expect(await new Commands(() => false).run('reset')).toMatchObject({ ok: false });
  });

  it('fails what a lost connection leaves open, and what is never answered', async () => {
    vi.useFakeTimers();
    const commands = new Commands(() => true);
    const lost = commands.run('reset');
    commands.abandon();
    const silent = commands.run('play');
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    expect(await lost).toMatchObject({ ok: false });
    expect(await silent).toMatchObject({ ok: false });
  });

  it('bounds the commands that wait', async () => {
    const commands = new Commands(() => true);
    const open = Array.from({ length: 64 }, () => commands.run('step'));
    expect(await commands.run('step')).toMatchObject({ ok: false });
    commands.abandon();
    await Promise.all(open);
  });
});

describe('answers of the HTTP routes', () => {
  it('survives a health body of any shape', () => {
    expect(parseHealth({})).toMatchObject({ status: 'unknown', software: false, reasons: [] });
    expect(parseHealth({ renderer: { adapter: 'A', software: true }, encoder: 3 })).toMatchObject({ adapter: 'A', software: true });
  });

  it('finds what encodes a viewer\'s own stream, and why nothing better does', () => {
    const encoder = {
      name: 'openh264', hardware: false, copied: true,
      rejected: [{ name: 'nvenc', reason: 'no such GPU' }, { name: 'vaapi' }, 7],
    };
    const expected = { ...encoder, rejected: [{ name: 'nvenc', reason: 'no such GPU' }] };
    expect(parseEncoder(encoder)).toEqual(expected);
    expect(parseEncoder({ name: 'nvenc', hardware: true, copied: false })).toEqual({
      name: 'nvenc', hardware: true, copied: false, rejected: [],
    });
    for (const wrong of [null, 3, {}, { name: '' }]) expect(parseEncoder(wrong)).toBeUndefined();
    const streams = [{ viewers: ['viewer-1'], encoder: { name: 'nvenc' } }, { viewers: ['viewer-2', 'viewer-3'], encoder }, 'x'];
    expect(parseStreamEncoder({ streams }, 'viewer-3')).toEqual(expected);
    expect(parseStreamEncoder({ streams }, 'viewer-4')).toBeUndefined();
    expect(parseStreamEncoder({}, 'viewer-1')).toBeUndefined();
  });

  it('skips presets without id', () => {
    const list = parsePresets({ presets: [{ id: 'a' }, { name: 'b' }, null, { id: 'c', name: 'C', tags: ['x', 1] }] });
    expect(list.map((p) => p.name)).toEqual(['a', 'C']);
    expect(list[1]?.tags).toEqual(['x']);
  });

  it('prefers the problem’s detail', () => {
    expect(parseProblem(400, { detail: 'd', error: 'e' }).detail).toBe('d');
    expect(parseProblem(400, { error: 'e' }).detail).toBe('e');
    expect(parseProblem(500, {})).toMatchObject({ status: 500, title: 'Error 500' });
  });
});
