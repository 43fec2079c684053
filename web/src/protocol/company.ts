/** Who is in the session, and whose turn it is: the `control` message. */

import type { Schemas } from '#protocol';
import { compact, fields, flag, list, text, texts, type Every, type Unread } from './fields';

type Described = Extract<Schemas['ServerMessage'], { type: 'control' }>;

export type Role = 'view' | 'control' | 'admin';

/** A viewer: whether pictures reach it, whose camera it shows, and of whom it is a further view. */
export type Member = Omit<Schemas['ViewerState'], 'role'> & { role: Role };

/** Who is in control, or nobody; who waits for it, the first first; and all, in the order of joining, without further views. */
export type Company = Pick<Described, 'holder' | 'requests'> & { viewers: Member[] };

export const NOBODY: Company = { holder: null, requests: [], viewers: [] };

/** The sound parts of a `control` message. */
export function company(m: Unread<Described>): Company {
  return {
    holder: text(m['holder']) ?? null,
    requests: texts(m['requests']) ?? [],
    viewers: (list(m['viewers'], member) ?? []).filter(({ beside }) => beside === undefined),
  };
}

export function role(value: unknown): Role | undefined {
  return value === 'view' || value === 'control' || value === 'admin' ? value : undefined;
}

function member(value: unknown): Member | undefined {
  const m = fields<Schemas['ViewerState']>(value);
  const id = m && text(m['id']);
  if (!m || !id) return undefined;
  return {
    id,
    role: role(m['role']) ?? 'view',
    connected: flag(m['connected']) ?? true,
    ...compact<Pick<Member, 'follows' | 'beside'>>({
      follows: text(m['follows']),
      beside: text(m['beside']),
    } satisfies Every<Pick<Member, 'follows' | 'beside'>>),
  };
}
