/** A state as a keyframe of MJCF. Pure. */

import { fields, finite, finites, type Fields } from '../protocol/fields';

/** What there is of joints and actuators, in their order; names are empty where the model gives none. */
export interface Order {
  joints: readonly { name: string }[];
  actuators: readonly { name: string }[];
}

/** `<key name="…" time="…" qpos="…" …/>` of a named state (`GET /api/sessions/{id}/state`), without what is empty. */
export function keyElement(state: Fields, { joints, actuators }: Order, name = 'now'): string {
  const lists: [string, number[]][] = [
    ['time', [finite(state['time']) ?? 0]],
    ['qpos', inOrder(state['qpos'], joints)],
    ['qvel', inOrder(state['qvel'], joints)],
    ['act', finites(state['act']) ?? []],
    ['ctrl', inOrder(state['ctrl'], actuators)],
  ];
  const written = lists.filter(([, values]) => values.length > 0).map(([what, values]) => `${what}="${values.map(digits).join(' ')}"`);
  return `<key ${[`name="${name}"`, ...written].join(' ')}/>`;
}

/** The numbers of each, as they stand in a row; what has no name goes by its place. */
function inOrder(value: unknown, order: readonly { name: string }[]): number[] {
  const by = fields(value) ?? {};
  return order.flatMap(({ name }, index) => {
    const own = by[name || String(index)];
    return finites(own) ?? [finite(own) ?? 0];
  });
}

function digits(value: number): string {
  const short = Number(value.toPrecision(9));
  return String(short === 0 ? 0 : short);
}
