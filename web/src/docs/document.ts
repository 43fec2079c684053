/** The description of the API as the daemon sends it, and how it is ordered for a reader. */

/** As much of a JSON schema as the daemon's types need. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  format?: string;
  description?: string;
  enum?: readonly unknown[];
  default?: unknown;
  example?: unknown;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
}

export type Schemas = Readonly<Record<string, Schema>>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  description?: string;
  required?: boolean;
  schema?: Schema;
  example?: unknown;
}

export type Content = Readonly<Record<string, { schema?: Schema; example?: unknown }>>;

export interface Reply {
  $ref?: string;
  description?: string;
  content?: Content;
  headers?: Readonly<Record<string, { description?: string; schema?: Schema }>>;
}

export interface Operation {
  tags?: readonly string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: readonly Parameter[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Readonly<Record<string, Reply>>;
}

export interface Description {
  info: { title: string; version: string; description?: string };
  tags?: readonly { name: string; description?: string }[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components?: { schemas?: Schemas; responses?: Readonly<Record<string, Reply>> };
}

/** An operation with its place. */
export interface Entry extends Operation {
  /** Stands for it in addresses. */
  id: string;
  method: string;
  path: string;
}

export interface Group {
  name: string;
  description: string;
  entries: readonly Entry[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'options'];

/** Every operation, in the groups and the order of the description's tags. */
export function groups(description: Description): Group[] {
  const entries = Object.entries(description.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): Entry[] => {
      const operation = item[method];
      return operation ? [{ ...operation, id: operation.operationId ?? `${method}${path}`, method, path }] : [];
    }),
  );
  return (description.tags ?? [])
    .map((tag) => ({
      name: tag.name,
      description: tag.description ?? '',
      entries: entries.filter((entry) => entry.tags?.[0] === tag.name),
    }))
    .filter((group) => group.entries.length > 0);
}

/** What has every word of `text` in its method, path or words; a group's own name counts for all of it. */
export function matching(all: readonly Group[], text: string): Group[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (group: Group, entry: Entry): boolean => {
    const own = [entry.method, entry.path, entry.summary, entry.description, entry.id, group.name];
    const words = own.join(' ').toLowerCase();
    return wanted.every((word) => words.includes(word));
  };
  return all
    .map((group) => ({ ...group, entries: group.entries.filter((entry) => has(group, entry)) }))
    .filter((group) => group.entries.length > 0);
}
