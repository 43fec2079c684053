import { describe, expect, it } from 'vitest';
import { Ways } from '../src/connection/ways';
import { verdict } from '../src/diagnose/decoding';
import { LEGS, advice, beyondBest, report, summary, waiting, type LegId, type Outcome, type Outcomes } from '../src/diagnose/legs';

const passed = (trip_ms?: number): Outcome => ({ kind: 'passed', detail: 'fine', ms: 20, trip_ms });
const failed: Outcome = { kind: 'failed', detail: 'nothing gets through' };

function outcomes(changes: Partial<Outcomes> = {}): Outcomes {
  const all = Object.fromEntries(LEGS.map(({ id }) => [id, passed()])) as Outcomes;
  return { ...all, turn: { kind: 'skipped', detail: 'none is configured' }, ...changes };
}

describe('the verdict', () => {
  it('is one sentence, of the best way and of what is blocked', () => {
    expect(summary(waiting())).toMatch(/^Trying/);
    expect(summary(outcomes())).toBe('Every way works. The picture comes by WebRTC over UDP.');
    expect(summary(outcomes({ udp: failed }))).toBe('The picture comes by WebRTC over TCP. WebRTC over UDP does not work.');
    expect(summary(outcomes({ udp: failed, tcp: failed, media: failed }))).toMatch(/still pictures/);
    expect(summary(outcomes({ http: failed }))).toBe('The server does not answer.');
    expect(summary(outcomes({ decoding: failed }))).toMatch(/cannot decode/);
  });

  it('says what to do about all that can fail, by the names of ports and settings', () => {
    const ids = LEGS.map(({ id }) => id);
    const all = outcomes(Object.fromEntries(ids.map((id) => [id, failed])));
    for (const id of ids) expect(advice(all, id, 9000)).toMatch(/\.$/);
    expect(advice(all, 'udp', 9000)).toMatch(/UDP port 9000 .*webrtc\.port.*-p 9000:9000\/udp.*webrtc\.advertise_addresses/);
    expect(advice(outcomes(), 'udp', 9000)).toBeNull();
  });

  it('tells by how much a way is worse than the best', () => {
    const all = outcomes({ udp: passed(20), tcp: passed(26), media: passed(32.5), signaling: passed(90), turn: passed(9) });
    const of = (id: LegId) => beyondBest(all, id);
    expect([of('udp'), of('tcp'), of('media'), of('signaling'), of('turn')]).toEqual([null, 6, 12.5, null, null]);
  });

  it('becomes a report, which names every leg and keeps the token to itself', () => {
    const figures = { address: 'http://host/diagnose', browser: 'a browser', version: '1.2.3', port: 8000 };
    const text = report(outcomes({ udp: failed, tcp: passed(20), media: passed(25) }), figures);
    for (const { name } of LEGS) expect(text).toContain(name);
    expect(text).toContain('WebRTC over UDP: failed: nothing gets through\n  Open UDP port 8000');
    expect(text).toContain('Media WebSocket: passed, 20 ms to set up, 25 ms round trip, +5.0 ms to the best way: fine');
  });

  it('of decoding needs H.264', () => {
    const h264 = { name: 'H.264', by: ['WebRTC'], hardware: true };
    expect(verdict([h264], false)).toEqual({
      kind: 'passed',
      detail: 'H.264 by WebRTC (hardware). The page is not secure, so there is no WebCodecs.',
    });
    expect(verdict([{ name: 'H.264', by: [] }, { name: 'AV1', by: ['WebRTC'] }], true).kind).toBe('failed');
  });
});

describe('ways', () => {
  it('are compared by medians, once there are enough', () => {
    const ways = new Ways();
    for (const ms of [20, 21, 500]) ways.note('UDP', ms);
    for (const ms of [33, 30]) ways.note('WebSocket', ms);
    expect(ways.beyondBest('WebSocket')).toBeNull();
    ways.note('WebSocket', 34);
    expect([ways.beyondBest('WebSocket'), ways.beyondBest('UDP'), ways.beyondBest('TCP')]).toEqual([12, null, null]);
  });
});
