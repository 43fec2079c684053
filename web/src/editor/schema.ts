/** MJCF as the daemon describes it: `GET /api/schema/mjcf`, parsed. */

import { fields, flag, list, text, texts, type Fields } from '../protocol/fields';

export type Type =
  | 'number' | 'integer' | 'boolean' | 'text' | 'file' | 'choice' | 'choices' | 'name' | 'reference' | 'references';

export interface AttributeSpec {
  name: string;
  type: Type;
  /** Least and greatest number of values; without a second there is no bound. */
  count: number[];
  values: string[];
  /** The kind of thing that is named, or `@` and the attribute that says it. */
  of?: string | undefined;
  default?: string | undefined;
  doc: string;
}

export interface Child {
  name: string;
  id: string;
  many: boolean;
}

export interface ElementSpec {
  id: string;
  name: string;
  doc: string;
  attributes: AttributeSpec[];
  children: Child[];
}

const TYPES: readonly string[] = [
  'number', 'integer', 'boolean', 'text', 'file', 'choice', 'choices', 'name', 'reference', 'references',
];

export class Schema {
  readonly mujoco: string;
  readonly #elements: Map<string, ElementSpec>;
  readonly #root: ElementSpec | undefined;

  constructor(mujoco: string, elements: readonly ElementSpec[]) {
    this.mujoco = mujoco;
    this.#elements = new Map(elements.map((element) => [element.id, element]));
    this.#root = elements[0];
  }

  /** Reads the daemon's answer; `null` unless it has elements. */
  static parse(value: unknown): Schema | null {
    const body = fields(value);
    const elements = body && list(body['elements'], (one) => parseElement(fields(one)));
    return elements && elements.length > 0 ? new Schema(text(body['mujoco']) ?? '', elements) : null;
  }

  /** The element that this path of names leads to, from the outermost. */
  at(path: readonly string[]): ElementSpec | undefined {
    const [first, ...rest] = path;
    // A file that others include may begin anywhere; what it holds is not known.
    if (!this.#root || first !== this.#root.name) return undefined;
    return rest.reduce<ElementSpec | undefined>((element, name) => element && this.inside(element, name), this.#root);
  }

  inside(element: ElementSpec, name: string): ElementSpec | undefined {
    const child = element.children.find((one) => one.name === name);
    return child && this.#elements.get(child.id);
  }

  /** What may stand in `path`: the outermost element where the path is empty. */
  children(path: readonly string[]): { spec: ElementSpec; many: boolean }[] {
    if (path.length === 0) return this.#root ? [{ spec: this.#root, many: false }] : [];
    return (this.at(path)?.children ?? []).flatMap(({ id, many }) => {
      const spec = this.#elements.get(id);
      return spec ? [{ spec, many }] : [];
    });
  }

  attribute(path: readonly string[], name: string): AttributeSpec | undefined {
    return this.at(path)?.attributes.find((one) => one.name === name);
  }
}

function parseElement(m: Fields | undefined): ElementSpec | undefined {
  const [id, name] = [m && text(m['id']), m && text(m['name'])];
  if (!m || !id || !name) return undefined;
  return {
    id,
    name,
    doc: text(m['doc']) ?? '',
    attributes: list(m['attributes'], (one) => parseAttribute(fields(one))) ?? [],
    children: list(m['children'], (one) => parseChild(fields(one))) ?? [],
  };
}

function parseChild(m: Fields | undefined): Child | undefined {
  const [id, name] = [m && text(m['id']), m && text(m['name'])];
  return m && id && name ? { id, name, many: flag(m['many']) ?? true } : undefined;
}

function parseAttribute(m: Fields | undefined): AttributeSpec | undefined {
  const [name, type] = [m && text(m['name']), m && text(m['type'])];
  if (!m || !name || !type) return undefined;
  const count = Array.isArray(m['count']) ? m['count'].filter((n): n is number => typeof n === 'number') : [];
  return {
    name,
    type: TYPES.includes(type) ? (type as Type) : 'text',
    count,
    values: texts(m['values']) ?? [],
    of: text(m['of']),
    default: text(m['default']),
    doc: text(m['doc']) ?? '',
  };
}

/** What values an attribute takes, in words. */
export function kindInWords({ type, count, values, of }: AttributeSpec): string {
  switch (type) {
    case 'number':
    case 'integer':
      return numbersInWords(type === 'number' ? 'number' : 'whole number', count);
    case 'boolean':
      return 'true or false';
    case 'choice':
      return values.join(' · ');
    case 'choices':
      return `some of ${values.join(' · ')}`;
    case 'name':
      return of === 'class' ? 'name of a default class' : `name of this ${of ?? 'element'}`;
    case 'reference':
    case 'references':
      return of?.startsWith('@')
        ? `name of what ${of.slice(1)} says`
        : type === 'reference' ? `name of a ${of ?? 'thing'}` : `names of ${of ?? 'thing'}s`;
    case 'file':
      return 'file that comes with the model';
    default:
      return 'text';
  }
}

function numbersInWords(word: string, [least = 1, most]: number[]): string {
  if (most === undefined) return `${word}s`;
  if (least === most) return most === 1 ? word : `${most} ${word}s`;
  return `${least} to ${most} ${word}s`;
}
