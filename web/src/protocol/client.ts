/** What the page says to the daemon, by the types that the daemon describes. */

import type { Schemas } from '#protocol';

type Described = Schemas['ClientMessage'];
type Of<Type extends Described['type']> = Extract<Described, { type: Type }>;

/** Pointer position in CSS px of the stage, with the buttons held (1 left, 2 right, 4 middle). */
export type PointerEventMessage = Of<'mouse_move' | 'mouse_down' | 'mouse_up'>;
/** Wheel turns in notches; positive `dy` moves the eye away. */
export type ScrollMessage = Of<'scroll'> & { dx: number };
export type KeyMessage = Of<'key_down' | 'key_up'>;
export type InputMessage = PointerEventMessage | ScrollMessage | KeyMessage;

export type CommandName = keyof Schemas['Commands'];
/** What a command takes; of one whose name is known only at run time, nobody can tell. */
export type Params<Name extends string> = string extends Name
  ? Readonly<Record<string, unknown>>
  : Given<Schemas['Commands'][Name & CommandName]>;
/** Does a command, one that there is. */
export type Run<Answer> = <Name extends string>(cmd: Name & Known<Name>, params?: Params<Name>) => Promise<Answer>;
export type Known<Name extends string> = string extends Name ? Name : CommandName;

export type ClientMessage =
  | Exclude<Described, { type: 'command' }>
  | (Omit<Of<'command'>, 'cmd' | 'id'> & { cmd: CommandName; id: string });

/** The same, of which nothing will be changed. */
type Given<T> = T extends (infer Element)[]
  ? readonly Given<Element>[]
  : T extends object
    ? { readonly [Name in keyof T]: Given<T[Name]> }
    : T;
