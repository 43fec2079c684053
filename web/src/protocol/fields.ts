/** Reads of untrusted JSON: each returns `undefined` unless the value has the wanted type. */

export type Fields = Readonly<Record<string, unknown>>;

/** What should be a `T`: its fields by their names, of whose values nothing is known. */
export type Unread<T> = { readonly [K in keyof T]?: unknown };

/** Every field of `T`, also those that may be absent: what is forgotten is a type error. */
export type Every<T> = { [K in keyof T]-?: T[K] | undefined };

export function fields<T = Record<string, unknown>>(value: unknown): Unread<T> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

export function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** Keeps the elements that are strings; `undefined` when the value is no array. */
export function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : undefined;
}

/** Reads each element and keeps the sound ones; `undefined` when the value is no array. */
export function list<T>(value: unknown, read: (element: unknown) => T | undefined): T[] | undefined {
  return Array.isArray(value) ? value.map(read).filter((v) => v !== undefined) : undefined;
}

/** An array of finite numbers, of whatever length. */
export function finites(value: unknown): number[] | undefined {
  return Array.isArray(value) ? numbers(value, value.length) : undefined;
}

/** An array of exactly `length` finite numbers. */
export function numbers(value: unknown, length: number): number[] | undefined {
  if (!Array.isArray(value) || value.length !== length) return undefined;
  return value.every((v) => finite(v) !== undefined) ? (value as number[]) : undefined;
}

/** Drops the keys whose value is `undefined`. */
export function compact<T extends object>(source: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(source).filter(([, v]) => v !== undefined)) as T;
}
