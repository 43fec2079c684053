/** What the company in a session means for one of them. Pure. */

import type { Company, Member } from './protocol/company';

/** How a viewer stands among the others. */
export interface Standing {
  /** The viewer's own entry. */
  self: Member | undefined;
  /** Everybody whom pictures reach. */
  watching: number;
  /** Whether the viewer is in control. */
  mine: boolean;
  /** Whether the viewer waits for control. */
  asked: boolean;
  /** Who waits for the viewer's answer first. */
  asker: string | null;
}

/** How `me` stands. */
export function standing(company: Company, me: string): Standing {
  const mine = company.holder !== null && company.holder === me;
  return {
    self: company.viewers.find((viewer) => viewer.id === me),
    watching: company.viewers.filter((viewer) => viewer.connected).length,
    mine,
    asked: company.requests.includes(me),
    asker: mine ? (company.requests.find((id) => id !== me) ?? null) : null,
  };
}

/** Who is in control, in words for `me`; `null` where nobody is. */
export function inControl({ holder }: Company, me: string): string | null {
  if (holder === null) return null;
  return holder === me ? 'You are in control' : `${holder} is in control`;
}

/** What `me` should be told of a change, as a sentence; `null` where it shows by itself. */
export function news(before: Company, after: Company, me: string): string | null {
  const had = before.requests.includes(me);
  const waits = after.requests.includes(me);
  if (had && after.holder === me) return 'You are in control.';
  if (had && !waits && after.holder !== null && after.holder === before.holder) return `${after.holder} keeps control.`;
  if (!had && waits) return `${after.holder ?? 'The holder'} has been asked. Without an answer you are in control in 10 s.`;
  if (before.holder === me && after.holder !== null && after.holder !== me) return `${after.holder} is in control now.`;
  return null;
}

/** Whether `leader` shows what `me` shows, directly or through others: following it would make a ring. */
export function followsMe({ viewers }: Company, leader: string, me: string): boolean {
  const seen = new Set<string>();
  for (let id: string | undefined = leader; id !== undefined && !seen.has(id); ) {
    seen.add(id);
    id = viewers.find((viewer) => viewer.id === id)?.follows;
    if (id === me) return true;
  }
  return false;
}

/** Whether a refusal is that another is in control, from a command's result. */
export function isOutOfTurn(error: string): boolean {
  return / is in control: ask for it\b/.test(error);
}

/** One of `count` colours for a viewer, always the same. */
export function colourOf(id: string, count: number): number {
  let sum = Number(/\d+$/.exec(id)?.[0] ?? NaN);
  if (!Number.isFinite(sum)) sum = [...id].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return sum % count;
}
