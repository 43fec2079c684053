import { describe, expect, it, vi } from 'vitest';
import { colourOf, followsMe, inControl, isOutOfTurn, news, standing } from '../src/company';
import { every, FrameThrottle } from '../src/input/throttle';
import type { Company, Member } from '../src/protocol/company';
import { ago, hasPast, LatestWins, place, timestep } from '../src/timeline';

const ME = 'viewer-1';
const OTHER = 'viewer-2';

function member(id: string, more: Partial<Member> = {}): Member {
  return { id, role: 'control', connected: true, ...more };
}

function company(holder: string | null, requests: string[] = [], viewers = [member(ME), member(OTHER)]): Company {
  return { holder, requests, viewers };
}

describe('company', () => {
  it('tells how one stands', () => {
    expect(standing(company(ME, [OTHER]), ME)).toMatchObject({ watching: 2, mine: true, asked: false, asker: OTHER });
    expect(standing(company(OTHER, [ME]), ME)).toMatchObject({ mine: false, asked: true, asker: null });
    const away = [member(ME), member(OTHER, { connected: false })];
    expect(standing(company(null, [], away), ME)).toMatchObject({ watching: 1, mine: false, self: member(ME) });
    // Before the welcome there is no self.
    expect(standing(company(null), '')).toMatchObject({ self: undefined, mine: false });
  });

  it('says who is in control', () => {
    expect(inControl(company(ME), ME)).toBe('You are in control');
    expect(inControl(company(OTHER), ME)).toBe('viewer-2 is in control');
    expect(inControl(company(null), ME)).toBeNull();
  });

  it('tells news to those whom it concerns', () => {
    expect(news(company(OTHER), company(OTHER, [ME]), ME)).toContain('viewer-2 has been asked');
    expect(news(company(OTHER, [ME]), company(ME), ME)).toBe('You are in control.');
    expect(news(company(OTHER, [ME]), company(OTHER), ME)).toBe('viewer-2 keeps control.');
    expect(news(company(ME, [OTHER]), company(OTHER), ME)).toBe('viewer-2 is in control now.');
    // Acting and resting is no news, and neither is what others do among themselves.
    expect(news(company(null), company(ME), ME)).toBeNull();
    expect(news(company(ME), company(null), ME)).toBeNull();
    expect(news(company('viewer-3', [OTHER]), company(OTHER), ME)).toBeNull();
  });

  it('sees rings of followers', () => {
    const viewers = [member(ME), member(OTHER, { follows: 'viewer-3' }), member('viewer-3', { follows: ME }), member('viewer-4')];
    const all = company(null, [], viewers);
    expect(followsMe(all, OTHER, ME)).toBe(true);
    expect(followsMe(all, 'viewer-4', ME)).toBe(false);
    // A ring without oneself ends, too.
    const ring = company(null, [], [member(OTHER, { follows: 'viewer-3' }), member('viewer-3', { follows: OTHER })]);
    expect(followsMe(ring, OTHER, ME)).toBe(false);
  });

  it('knows a refusal out of turn', () => {
    expect(isOutOfTurn('viewer-3 is in control: ask for it with request_control')).toBe(true);
    expect(isOutOfTurn("you may only watch: your role is 'view'")).toBe(false);
  });

  it('gives neighbours different colours', () => {
    expect([1, 2, 3, 7].map((n) => colourOf(`viewer-${n}`, 6))).toEqual([1, 2, 3, 1]);
    expect(colourOf('anna', 6)).toBe(colourOf('anna', 6));
  });
});

describe('timeline', () => {
  const history = { first: 100, last: 600, cursor: null };

  it('has a place within what is kept', () => {
    expect(place(history)).toBe(600);
    expect(place({ ...history, cursor: 250 })).toBe(250);
    expect(place({ ...history, cursor: 5 })).toBe(100);
    expect([history, { ...history, last: 100 }, null, undefined].map(hasPast)).toEqual([true, false, false, false]);
  });

  it('learns the length of a step from time passing forward', () => {
    expect(timestep({ tick: 10, time: 0.02 }, { tick: 25, time: 0.02 + 15 * 0.002 })).toBe(0.002);
    expect(timestep({ tick: 10, time: 4 }, { tick: 25, time: 0.01 })).toBeUndefined();
    expect(timestep({ tick: 10, time: 1 }, { tick: 10, time: 1 })).toBeUndefined();
    expect(timestep({}, { tick: 10, time: 1 })).toBeUndefined();
  });

  it('says how far back a place is', () => {
    expect(ago(history, 600, 0.002)).toBe('now');
    expect(ago(history, 599, 0.002)).toBe('0.002 s back');
    expect(ago(history, 100, 0.002)).toBe('1.00 s back');
    expect(ago(history, 599, undefined)).toBe('1 step back');
    expect(ago(history, 590, undefined)).toBe('10 steps back');
  });
});

describe('LatestWins', () => {
  it('does one thing at a time and skips what was superseded', async () => {
    const done: number[] = [];
    let free: () => void = () => undefined;
    const seeks = new LatestWins<number>(
      (value) => new Promise((resolve) => {
        done.push(value);
        free = () => resolve(undefined);
      }),
      () => Promise.resolve(),
    );
    const all = seeks.push(1);
    void seeks.push(2);
    void seeks.push(3);
    expect(done).toEqual([1]);
    expect(seeks.idle).toBe(false);
    free();
    await vi.waitFor(() => expect(done).toEqual([1, 3]));
    free();
    await all;
    expect(seeks.idle).toBe(true);
  });

  it('goes on after a failure', async () => {
    const act = vi.fn().mockRejectedValueOnce(new Error('no')).mockResolvedValue(undefined);
    const seeks = new LatestWins<number>(act, () => Promise.resolve());
    await expect(seeks.push(1)).rejects.toThrow('no');
    await seeks.push(2);
    expect(act).toHaveBeenCalledTimes(2);
  });
});

describe('hovering', () => {
  it('passes ten places a second, and none that a press has overtaken', () => {
    vi.useFakeTimers();
    const sent: number[] = [];
    const hovers = new FrameThrottle<number>((value) => sent.push(value), every(100));
    for (let at = 0; at < 1000; at += 10) {
      hovers.push(at);
      vi.advanceTimersByTime(10);
    }
    expect(sent.length).toBeLessThanOrEqual(11);
    hovers.push(2000);
    hovers.push(2001);
    hovers.drop();
    vi.advanceTimersByTime(1000);
    expect(sent).not.toContain(2001);
    vi.useRealTimers();
  });
});
