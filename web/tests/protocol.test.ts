import { describe, expect, it } from 'vitest';
import { parseServerMessage } from '../src/protocol/server';

const parse = (value: unknown) => parseServerMessage(JSON.stringify(value));

describe('parseServerMessage', () => {
  it('refuses what is no message', () => {
    for (const raw of ['', '{', 'null', '[]', '1', '{"type":5}', '{"type":"nonsense"}', '{"type":"constructor"}', '{"type":"__proto__"}']) {
      expect(parseServerMessage(raw)).toBeNull();
    }
    expect(parseServerMessage(new ArrayBuffer(2))).toBeNull();
  });

  it('reads what an agent does', () => {
    expect(parse({ type: 'act', agent: 'Claude Code', act: 'sim_step steps=1', undo: true })).toEqual({ type: 'act', agent: 'Claude Code', act: 'sim_step steps=1', undo: true });
    expect(parse({ type: 'act', agent: 7 })).toEqual({ type: 'act', agent: 'An agent', act: '', undo: false });
  });

  it('reads a welcome and fills in what is missing', () => {
    const full = parse({
      type: 'welcome', viewer_id: 7, session: 's', role: 'view',
      ice_servers: [{ urls: 'stun:h' }, { urls: ['turn:h'], username: 'u', credential: 'c' }, { urls: 5 }, null],
    });
    expect(full).toMatchObject({ viewer_id: '7', role: 'view' });
    expect(full?.type === 'welcome' && full.ice_servers).toEqual([
      { urls: 'stun:h' },
      { urls: ['turn:h'], username: 'u', credential: 'c' },
    ]);
    expect(parse({ type: 'welcome' })).toMatchObject({ session: 'default', role: 'control', ice_servers: [] });
  });

  it('keeps the sound fields of a state and drops the others', () => {
    const message = parse({
      type: 'state', time: 1.5, paused: 'yes', speed: 'fast', cameras: ['a', 3], viewers: 2,
      camera: { azimuth: 90, lookat: [1, 2] }, frame: { id: 4, size: [640, 480], encoder: null }, latency: 'fast',
    });
    expect(message).toEqual({
      type: 'state',
      state: { time: 1.5, viewers: 2, cameras: ['a'], camera: { azimuth: 90 }, frame: { id: 4, size: [640, 480] } },
    });
  });

  it('tells nothing selected, no history and no speed limit from what is left out', () => {
    const state = (fields: object) => {
      const message = parse({ type: 'state', ...fields });
      return message?.type === 'state' ? message.state : undefined;
    };
    expect(state({ selected: null, history: null, speed: null })).toEqual({ selected: null, history: null, speed: Infinity });
    expect(state({})).toEqual({});
    expect(
      state({
        tick: 70, contacts: 3, qpos: [0, 1], ctrl: [], sensors: [1, null],
        selected: { body: 4, name: 'torso', held: true },
        history: { first: 10, last: 90, cursor: null },
        cursors: [{ viewer_id: 'viewer-2', x: 0.25, y: 0.5 }, { viewer_id: 'viewer-3', x: 'left', y: 0 }, 7],
      }),
    ).toEqual({
      tick: 70, contacts: 3, qpos: [0, 1], ctrl: [],
      selected: { body: 4, name: 'torso', held: true },
      history: { first: 10, last: 90, cursor: null },
      cursors: [{ viewer_id: 'viewer-2', x: 0.25, y: 0.5 }],
    });
    expect(state({ selected: { name: 'torso' }, history: { first: 3, last: 1 } })).toEqual({});
  });

  it('reads who is there and who is in control', () => {
    expect(
      parse({
        type: 'control', holder: 'viewer-1', role: 'control', requests: ['viewer-2', 5],
        viewers: [
          { id: 'viewer-1', role: 'admin', connected: true },
          { id: 'viewer-2', role: 'emperor', connected: false, follows: 'viewer-1' },
          { role: 'view' },
        ],
      }),
    ).toEqual({
      type: 'control',
      role: 'control',
      company: {
        holder: 'viewer-1',
        requests: ['viewer-2'],
        viewers: [
          { id: 'viewer-1', role: 'admin', connected: true },
          { id: 'viewer-2', role: 'view', connected: false, follows: 'viewer-1' },
        ],
      },
    });
    expect(parse({ type: 'control', holder: null, role: 'emperor' })).toEqual({
      type: 'control',
      company: { holder: null, requests: [], viewers: [] },
    });
  });

  it('reads candidates, and their end', () => {
    expect(parse({ type: 'ice-candidate', candidate: { candidate: 'candidate:1', sdpMLineIndex: 0 } })).toEqual({
      type: 'ice-candidate',
      candidate: { candidate: 'candidate:1', sdpMid: null, sdpMLineIndex: 0, usernameFragment: null },
    });
    expect(parse({ type: 'ice-candidate', candidate: null })).toMatchObject({ candidate: null });
    expect(parse({ type: 'ice-candidate', candidate: { candidate: '' } })).toMatchObject({ candidate: null });
    expect(parse({ type: 'ice-candidate', candidate: '' })).toMatchObject({ candidate: null });
  });

  it('reads the rest', () => {
    expect(parse({ type: 'answer', sdp: 'v=0' })).toEqual({ type: 'answer', sdp: 'v=0' });
    expect(parse({ type: 'answer' })).toBeNull();
    expect(parse({ type: 'result', id: 3, ok: false, error: 'no' })).toEqual({ type: 'result', id: '3', ok: false, error: 'no' });
    expect(parse({ type: 'result', id: 'a' })).toBeNull();
    expect(parse({ type: 'error' })).toMatchObject({ code: 'error' });
    expect(parse({ type: 'pong', t: 4 })).toEqual({ type: 'pong', t: 4 });
    expect(parse({ type: 'moved', url: 1 })).toBeNull();
    expect(parse({ type: 'scene_updated', model_name: 'm' })).toEqual({ type: 'scene_updated', model_name: 'm' });
  });
});
