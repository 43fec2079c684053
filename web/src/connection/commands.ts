/** Pairs commands with their results. */

import type { ClientMessage, CommandName, Known, Params } from '../protocol/client';

/** Loading a large model takes seconds; anything longer is a lost reply. */
const REPLY_WITHIN_MS = 30_000;
/** More open commands than this means that nobody answers. */
const MOST_OPEN = 64;

export type Outcome = { ok: true } | { ok: false; error: string };

export class Commands {
  readonly #send: (message: ClientMessage) => boolean;
  readonly #open = new Map<string, (outcome: Outcome) => void>();
  #next = 1;

  constructor(send: (message: ClientMessage) => boolean) {
    this.#send = send;
  }

  /** Sends a command and resolves with its result; never rejects. */
  run<Name extends string>(cmd: Name & Known<Name>, params?: Params<Name>): Promise<Outcome> {
    if (this.#open.size >= MOST_OPEN) return Promise.resolve(failed('The server does not reply to commands.'));
    const id = `c${this.#next++}`;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        this.#open.delete(id);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle(failed(`No reply to “${cmd}”.`)), REPLY_WITHIN_MS);
      this.#open.set(id, settle);
      if (!this.#send({ type: 'command', id, cmd: cmd as CommandName, params: { ...params } })) settle(failed('Not connected to the server.'));
    });
  }

  /** Takes a result from the daemon; results nobody waits for are ignored. */
  settle(id: string, ok: boolean, error?: string): void {
    this.#open.get(id)?.(ok ? { ok } : failed(error ?? 'The server refused the command.'));
  }

  /** Fails what is open, for the connection that carried it is gone. */
  abandon(): void {
    for (const settle of [...this.#open.values()]) settle(failed('The connection was lost before the reply.'));
  }
}

function failed(error: string): Outcome {
  return { ok: false, error };
}
