import { describe, expect, it } from 'vitest';
import { notices } from '../src/notices';
import { address, viewIn, viewOf, type View } from '../src/share/address';
import { keyElement } from '../src/share/keyframe';

const plain = { session: 'default', view: null, viewOnly: false, embed: false };
const free: View = { kind: 'free', azimuth: 90.123456, elevation: -0.0001, distance: 3, lookat: [0, 0.5, 1e-9] };

describe('the link to what is seen', () => {
  it('says session, camera and role, and what the page’s address says besides', () => {
    const link = address('http://h/x/?token=t&via=webrtc&role=view#part', { ...plain, session: 'a b', view: { kind: 'fixed', name: 'side & top' } });
    expect(link).toBe('http://h/x/?token=t&via=webrtc&session=a+b&camera=side+%26+top');
    expect(address('http://h/?session=old&embed', { ...plain, viewOnly: true })).toBe('http://h/?role=view');
    expect(address('http://h/', { ...plain, embed: true })).toBe('http://h/?embed');
  });

  it('leads back to the camera that it was made of', () => {
    const views: View[] = [
      { kind: 'fixed', name: '<img src=x onerror=alert(1)>' },
      { kind: 'track', name: 'torso, left', azimuth: 1, elevation: 2, distance: 3.5 },
      { kind: 'free', azimuth: 90.12, elevation: 0, distance: 3, lookat: [0, 0.5, 0] },
    ];
    for (const view of views) expect(viewIn(new URL(address('http://h/', { ...plain, view })).searchParams)).toEqual(view);
    expect(viewIn(new URL(address('http://h/', { ...plain, view: free })).searchParams)).toEqual(views[2]);
  });

  it('takes what is no pose for a name, and nothing for nothing', () => {
    const read = (camera: string) => viewIn(new URLSearchParams({ camera }));
    for (const name of ['1,2', '1,2,-3,0,0,0', '1,2,3,0,0', '1,2,3,0,0,x', 'side']) expect(read(name)).toEqual({ kind: 'fixed', name });
    expect(read('')).toBeNull();
    expect(viewIn(new URLSearchParams())).toBeNull();
  });

  it('is made of the camera that the state tells', () => {
    const pose = { azimuth: 1, elevation: 2, distance: 3, lookat: [0, 0, 0] };
    expect(viewOf({ name: 'side' })).toEqual({ kind: 'fixed', name: 'side' });
    expect(viewOf({ name: 'free', ...pose })).toMatchObject({ kind: 'free', lookat: [0, 0, 0] });
    expect(viewOf({ name: 'torso', ...pose })).toMatchObject({ kind: 'track', name: 'torso' });
    expect(viewOf({})).toBeNull();
  });
});

describe('a state as a keyframe', () => {
  it('has its numbers in the order of the model, those without a name by their place', () => {
    const order = { joints: [{ name: 'root' }, { name: '' }], actuators: [{ name: 'b' }, { name: 'a' }] };
    const state = { time: 0.5, qpos: { '1': 0.25, root: [1, 2, 3, 1, 0, 0, -0] }, qvel: { root: [0, 0, 0, 0, 0, 9], '1': 1e-12 }, act: [], ctrl: { a: 1, b: -1 } };
    expect(keyElement(state, order)).toBe('<key name="now" time="0.5" qpos="1 2 3 1 0 0 0 0.25" qvel="0 0 0 0 0 9 1e-12" ctrl="-1 1"/>');
  });

  it('leaves out what there is none of', () => {
    expect(keyElement({ time: 0 }, { joints: [], actuators: [] })).toBe('<key name="now" time="0"/>');
  });
});

describe('what a viewer is told', () => {
  const health = { status: 'healthy', software: false, reasons: [], encoder: undefined };
  const hardware = { name: 'nvenc', hardware: true, copied: false, rejected: [] };
  const fallen = { name: 'openh264', hardware: false, copied: true, rejected: [{ name: 'nvenc', reason: 'no driver' }] };
  const known = { health, encoder: hardware, role: 'control' as const, askedToLook: false };

  it('is nothing where all is as it should be', () => {
    expect(notices(known)).toEqual([]);
    expect(notices({ ...known, health: null, encoder: null })).toEqual([]);
  });

  it('is why it is slow, once, with what to do', () => {
    const soft = notices({ ...known, health: { ...health, software: true, adapter: 'llvmpipe (LLVM 19)' }, encoder: fallen });
    expect(soft.map(({ title }) => title)).toEqual(['Drawn on the processor (llvmpipe): slower than on a GPU.']);
    const encoded = notices({ ...known, encoder: fallen });
    expect(encoded).toHaveLength(1);
    expect(encoded[0]!.todo).toBe('nvenc is not used: No driver.');
  });

  it('is the reasons of the server, and how to steer', () => {
    const told = notices({ ...known, role: 'view', askedToLook: true, health: { ...health, reasons: ['the worker of “a” died'] } });
    expect(told.map(({ kind }) => kind)).toEqual(['look', 'amiss']);
    expect(told[0]!.todo).toContain('role=view');
    expect(told[1]!.title).toBe('The worker of “a” died.');
  });
});
