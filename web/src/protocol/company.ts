/** Who is in the session, and whose turn it is: the `control` message. */

import { compact, fields, flag, list, text, texts, type Fields } from './fields';

export type Role = 'view' | 'control' | 'admin';

export interface Member {
  id: string;
  role: Role;
  /** Whether pictures reach the viewer. */
  connected: boolean;
  /** Whose camera the viewer shows. */
  follows?: string;
  /** Whose further view it is: the same person sees both. */
  beside?: string;
}

export interface Company {
  /** Who is in control; `null`: nobody. */
  holder: string | null;
  /** Who waits for control, the first first. */
  requests: string[];
  /** In the order of joining, without the further views that somebody has. */
  viewers: Member[];
}

export const NOBODY: Company = { holder: null, requests: [], viewers: [] };

/** The sound parts of a `control` message. */
export function company(m: Fields): Company {
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
  const m = fields(value);
  const id = m && text(m['id']);
  if (!m || !id) return undefined;
  return {
    id,
    role: role(m['role']) ?? 'view',
    connected: flag(m['connected']) ?? true,
    ...compact<{ follows?: string; beside?: string }>({ follows: text(m['follows']), beside: text(m['beside']) }),
  };
}
