/** What can be shown, how it is drawn, and the keys that `simulate` has for it. Pure. */

import { fields, flag, text, type Fields } from '../protocol/fields';

export interface FlagRow {
  /** MuJoCo's name. */
  name: string;
  label: string;
  /** `KeyboardEvent.code`, and what is printed on the key. */
  code?: string;
  key?: string;
}

export const VIS: readonly (readonly [string, readonly FlagRow[]])[] = [
  ['Model', [
    row('TEXTURE', 'Textures', 'KeyX'),
    row('TRANSPARENT', 'Transparent', 'KeyT'),
    row('STATIC', 'Static bodies', 'KeyD'),
    row('CONVEXHULL', 'Convex hulls', 'KeyH'),
    row('SKIN', 'Skins', 'Semicolon', ';'),
    row('JOINT', 'Joints', 'KeyJ'),
    row('TENDON', 'Tendons', 'KeyV'),
    row('ACTUATOR', 'Actuators', 'KeyU'),
    row('ACTIVATION', 'Activations', 'Comma', ','),
    row('CONSTRAINT', 'Equalities', 'KeyE'),
    row('CAMERA', 'Cameras', 'KeyQ'),
    row('LIGHT', 'Lights', 'KeyZ'),
    row('RANGEFINDER', 'Rangefinders', 'KeyY'),
  ]],
  ['Dynamics', [
    row('CONTACTPOINT', 'Contact points', 'KeyC'),
    row('CONTACTFORCE', 'Contact forces', 'KeyF'),
    row('CONTACTSPLIT', 'Split contacts', 'KeyP'),
    row('ISLAND', 'Islands', 'KeyN'),
    row('COM', 'Centre of mass', 'KeyM'),
    row('INERTIA', 'Inertias', 'KeyI'),
    row('SCLINERTIA', 'Scale inertias', 'Quote', "'"),
    row('PERTFORCE', 'Pull force', 'KeyB'),
    row('PERTOBJ', 'Pull object', 'KeyO'),
    row('AUTOCONNECT', 'Auto connect', 'KeyA'),
  ]],
  ['Flexes and trees', [
    row('FLEXVERT', 'Flex vertices'),
    row('FLEXEDGE', 'Flex edges'),
    row('FLEXFACE', 'Flex faces'),
    row('FLEXSKIN', 'Flex skin'),
    row('BODYBVH', 'Body trees', 'Backquote', '`'),
    row('MESHBVH', 'Mesh trees', 'Backslash', '\\'),
    row('SDFITER', 'SDF iterations'),
  ]],
];

export const RENDER: readonly FlagRow[] = [
  row('SHADOW', 'Shadows', 'KeyS'),
  row('REFLECTION', 'Reflections', 'KeyR'),
  row('SKYBOX', 'Sky', 'KeyK'),
  row('HAZE', 'Haze', 'Slash', '/'),
  row('FOG', 'Fog', 'KeyG'),
  row('WIREFRAME', 'Wireframe', 'KeyW'),
  row('ADDITIVE', 'Additive', 'KeyL'),
  row('CULL_FACE', 'Cull faces'),
  row('DEPTH', 'Depth buffer'),
  row('SEGMENT', 'Segmentation'),
  row('IDCOLOR', 'Ids as colours'),
];

export const LABELS = [
  ['NONE', 'None'], ['BODY', 'Bodies'], ['JOINT', 'Joints'], ['GEOM', 'Geoms'], ['SITE', 'Sites'], ['CAMERA', 'Cameras'],
  ['LIGHT', 'Lights'], ['TENDON', 'Tendons'], ['ACTUATOR', 'Actuators'], ['CONSTRAINT', 'Constraints'], ['FLEX', 'Flexes'],
  ['SKIN', 'Skins'], ['SELECTION', 'Selection'], ['SELPNT', 'Selected point'], ['CONTACTPOINT', 'Contact points'],
  ['CONTACTFORCE', 'Contact forces'], ['ISLAND', 'Islands'],
] as const;

export const FRAMES = [
  ['NONE', 'None'], ['BODY', 'Bodies'], ['GEOM', 'Geoms'], ['SITE', 'Sites'], ['CAMERA', 'Cameras'], ['LIGHT', 'Lights'],
  ['CONTACT', 'Contacts'], ['WORLD', 'World'],
] as const;

export const SORTS = [
  ['GEOM', 'Geoms', '0 – 5'], ['SITE', 'Sites', 'Shift 0 – 5'], ['JOINT', 'Joints', ''], ['TENDON', 'Tendons', ''],
  ['ACTUATOR', 'Actuators', ''], ['FLEX', 'Flexes', ''], ['SKIN', 'Skins', ''],
] as const;

export const GROUPS = 6;

function row(name: string, label: string, code?: string, key?: string): FlagRow {
  return code === undefined ? { name, label } : { name, label, code, key: key ?? code.slice(-1) };
}

/** Whether a flag of `kind` is set, as the daemon told. */
export function isOn(told: Fields, kind: 'vis' | 'render', name: string): boolean {
  return flag(fields(told[kind])?.[name]) ?? false;
}

/** Whether a group of `sort` is shown. */
export function groupShown(told: Fields, sort: string, group: number): boolean {
  const groups = fields(told['groups'])?.[sort];
  return Array.isArray(groups) && groups[group] === true;
}

/** What `set_flags` takes to do what a key asks; `null` where it asks for nothing of this. */
export function flagsOf(code: string, shift: boolean, told: Fields): Record<string, unknown> | null {
  const digit = /^Digit([0-5])$/.exec(code)?.[1];
  if (digit !== undefined) {
    const sort = shift ? 'SITE' : 'GEOM';
    return { groups: { [sort]: { [digit]: !groupShown(told, sort, Number(digit)) } } };
  }
  if (code === 'F6') return { frame: next(FRAMES, text(told['frame']), shift) };
  if (code === 'F7') return { label: next(LABELS, text(told['label']), shift) };
  if (shift) return null;
  const find = (rows: readonly FlagRow[]) => rows.find((one) => one.code === code)?.name;
  const vis = find(VIS.flatMap(([, rows]) => rows));
  if (vis) return { vis: { [vis]: !isOn(told, 'vis', vis) } };
  const render = find(RENDER);
  return render ? { render: { [render]: !isOn(told, 'render', render) } } : null;
}

function next(modes: readonly (readonly [string, string])[], now: string | undefined, back: boolean): string {
  const at = modes.findIndex(([mode]) => mode === now);
  return modes[(at + (back ? -1 : 1) + modes.length) % modes.length]![0];
}

/** The words for a change that a key made. */
export function inWords(change: Record<string, unknown>): string {
  const on = (value: unknown) => (value ? 'on' : 'off');
  for (const [kind, rows] of [['vis', VIS.flatMap(([, all]) => all)], ['render', RENDER]] as const) {
    const [name, value] = Object.entries(fields(change[kind]) ?? {})[0] ?? [];
    const label = rows.find((one) => one.name === name)?.label;
    if (label) return `${label} ${on(value)}`;
  }
  const mode = (modes: readonly (readonly [string, string])[], name: unknown) => modes.find(([m]) => m === name)?.[1] ?? '';
  if (change['frame']) return `Frames: ${mode(FRAMES, change['frame'])}`;
  if (change['label']) return `Labels: ${mode(LABELS, change['label'])}`;
  const [sort, groups] = Object.entries(fields(change['groups']) ?? {})[0] ?? [];
  const [group, value] = Object.entries(fields(groups) ?? {})[0] ?? [];
  return `${SORTS.find(([s]) => s === sort)?.[1] ?? 'Group'} of group ${group} ${on(value)}`;
}
