/** The names that a text gives to its things, by kind. */

import type { Schema } from './schema';
import { Depth, type Tag } from './scan';

export interface Named {
  name: string;
  /** Where the name stands. */
  from: number;
  /** What it is the name of, such as `geom` or `motor`. */
  element: string;
}

export type Names = ReadonlyMap<string, readonly Named[]>;

/** Kinds of things that go by another's names. */
const ALIKE: Readonly<Record<string, string>> = { xbody: 'body' };
/** The world is a body, and there without being named. */
const WORLD: Named = { name: 'world', from: -1, element: 'worldbody' };

export function namesIn(all: readonly Tag[], schema: Schema): Names {
  const names = new Map<string, Named[]>([['body', [WORLD]]]);
  const depth = new Depth();
  for (const tag of all) {
    if (tag.kind !== 'close' && tag.attributes.length > 0) {
      const spec = schema.at([...depth.open.map((open) => open.name), tag.name]);
      for (const attribute of tag.attributes) {
        const known = spec?.attributes.find((one) => one.name === attribute.name);
        if (known?.type !== 'name' || !known.of || !attribute.value || attribute.valueFrom === undefined) continue;
        const list = names.get(known.of) ?? [];
        names.set(known.of, list);
        list.push({ name: attribute.value, from: attribute.valueFrom, element: tag.name });
      }
    }
    depth.pass(tag);
  }
  return names;
}

/** The kind of thing that a reference is to, where another attribute of the tag says it. */
export function referredKind(of: string | undefined, tag: Tag): string | undefined {
  if (!of?.startsWith('@')) return of;
  const said = tag.attributes.find((attribute) => attribute.name === of.slice(1))?.value;
  return said === undefined ? undefined : (ALIKE[said] ?? said);
}
