/** Whose turn it is: takes the daemon's word, and asks, gives and keeps. */

import { batch } from '@preact/signals';
import { news } from './company';
import type { Run } from './protocol/client';
import { NOBODY, type Company, type Role } from './protocol/company';
import * as state from './state';
import { dismissTurn, toast } from './toasts';

let run: Run<boolean> = () => Promise.resolve(false);

/** Hands over the way to the daemon; to be called before anything else here. */
export function connectTurns(way: Run<boolean>): void {
  run = way;
}

/** Takes a `control` message. */
export function takeCompany(next: Company, role: Role | undefined): void {
  const me = state.viewerId.peek();
  const before = state.company.peek();
  batch(() => {
    state.company.value = next;
    if (role) state.role.value = role;
  });
  if (before.holder !== next.holder) dismissTurn();
  const text = news(before, next, me);
  if (text) toast('turn', text);
}

/** A new connection is another viewer, and knows of nobody. */
export function forgetCompany(): void {
  state.company.value = NOBODY;
}

/** Tells once, without alarm, that it is another's turn. */
export function tellOutOfTurn(): void {
  const { holder } = state.company.peek();
  if (state.self.peek().asked) return toast('turn', `${holder ?? 'The holder'} has not answered yet.`);
  toast('turn', `${holder ?? 'Another viewer'} is in control.`, { label: 'Ask for control', act: ask });
}

/** Asks for control, or takes it where nobody has it. */
export function ask(): void {
  dismissTurn();
  void run('request_control');
}

/** Keeps control: whoever asked has asked in vain, and a short hold becomes a long one. */
export function keep(): void {
  void run(state.company.peek().requests.length > 0 ? 'deny_control' : 'request_control');
}

export function give(viewer: string): void {
  void run('grant_control', { viewer_id: viewer });
}

/** Gives control back, or waits for it no longer. */
export function release(): void {
  void run('release_control');
}

/** Takes control from whoever has it; for administrators. */
export function take(): void {
  void run('take_control');
}

/** Shows what another sees; `null` shows the own view again. */
export function follow(viewer: string | null): void {
  void run('follow', { viewer_id: viewer });
}
