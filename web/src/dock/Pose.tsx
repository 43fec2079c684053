/** A free or ball joint, which has no one number to slide: where it is, and the numbers to put it elsewhere. */

import { signal } from '@preact/signals';
import { run } from '../app';
import { latestState } from '../simulation';
import { glance } from '../state';
import { angle } from './angle';
import { model, type Joint } from './model';
import { NumberField, Small } from './parts';
import { anglesOf, quaternionOf, type Angles } from './rotation';
import { scale, written } from './units';

const AXES = ['x', 'y', 'z'] as const;

/** Whose numbers are shown. */
export const posing = signal<number | null>(null);

function qposOf(joint: Joint): number[] {
  return latestState().qpos?.slice(joint.qpos, joint.qpos + count(joint)) ?? [];
}

function count({ kind }: Joint): number {
  return kind === 'free' ? 7 : 4;
}

function nameOf(joint: Joint): string {
  return joint.name || `joint ${joint.id}`;
}

export function PoseRow({ joint }: { joint: Joint }) {
  void glance.value;
  const text = qposOf(joint).map((v) => written(v, 0.001)).join('  ');
  const open = posing.value === joint.id;
  return (
    <li class="control control-pose">
      <div class="control-line">
        <span class="control-name" title={nameOf(joint)}>{nameOf(joint)}</span>
        <span class="control-note">{joint.kind === 'free' ? 'free · position, quaternion' : 'ball · quaternion'}</span>
        <button type="button" class="small-button pose-open" aria-expanded={open} aria-label={`Pose of ${nameOf(joint)}`} onClick={() => (posing.value = open ? null : joint.id)}>
          Edit
        </button>
      </div>
      <code>{text || '–'}</code>
    </li>
  );
}

/** The numbers of the joint that is chosen, above the list: its rows are all of one height. */
export function PoseEditor({ off }: { off: boolean }) {
  void glance.value;
  const joint = model.value?.joints.find(({ id, kind }) => id === posing.value && (kind === 'free' || kind === 'ball'));
  if (!joint) return null;
  const told = qposOf(joint);
  const first = joint.kind === 'free' ? 3 : 0;
  const turned = told.slice(first);
  const angles = turned.length === 4 ? anglesOf(turned) : undefined;
  const shown = scale('rad', angle.value);
  const set = (from: number, numbers: readonly number[]) =>
    void run('set_qpos', { values: Object.fromEntries(numbers.map((value, i) => [joint.qpos + from + i, value])) });
  const turn = (at: number, value: number) => {
    if (angles) set(first, quaternionOf(angles.map((old, i) => (i === at ? value / shown.factor : old)) as Angles));
  };
  const initial = model.value?.qpos0.slice(joint.qpos, joint.qpos + count(joint)) ?? [];
  return (
    <section class="pose" aria-label={`Pose of ${nameOf(joint)}`}>
      <div class="pose-head">
        <h3 title={nameOf(joint)}>{nameOf(joint)}</h3>
        <Small act={() => set(0, initial)} off={off || initial.length === 0} name={`Put ${nameOf(joint)} into its default pose`}>Default</Small>
        <Small act={() => (posing.value = null)} name="Close the pose">Close</Small>
      </div>
      {joint.kind === 'free' && (
        <fieldset class="triple">
          <legend>Position x, y, z, m</legend>
          {AXES.map((axis, at) => (
            <NumberField key={axis} bare label={`Position ${axis}, m`} value={told[at]} write={(v) => written(v, 0.001)} off={off} set={(v) => set(at, [v])} />
          ))}
        </fieldset>
      )}
      <fieldset class="triple">
        <legend>Turned about x, y, z, {shown.unit}</legend>
        {AXES.map((axis, at) => (
          <NumberField
            key={axis} bare label={`Turned about ${axis}, ${shown.unit}`} value={angles && (angles[at] ?? 0) * shown.factor}
            write={(v) => written(v, angle.value === 'deg' ? 0.1 : 0.001)} off={off || !angles} set={(v) => turn(at, v)}
          />
        ))}
      </fieldset>
    </section>
  );
}
