/** What was written and not applied, kept on this device for each session. */

export interface Draft {
  text: string;
  /** What ran when it was begun. */
  base: string;
}

/** Browsers give about five million characters in all. */
const LARGEST = 1_500_000;

export function keyOf(session: string): string {
  return `mjcast.draft.${session}`;
}

export function keepDraft(storage: Storage | undefined, session: string, draft: Draft): boolean {
  if (draft.text.length + draft.base.length > LARGEST) return false;
  try {
    storage?.setItem(keyOf(session), JSON.stringify(draft));
    return storage !== undefined;
  } catch {
    return false;
  }
}

export function draftOf(storage: Storage | undefined, session: string): Draft | null {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(keyOf(session)) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return null;
    const { text, base } = kept as Record<string, unknown>;
    return typeof text === 'string' && typeof base === 'string' ? { text, base } : null;
  } catch {
    return null;
  }
}

export function dropDraft(storage: Storage | undefined, session: string): void {
  try {
    storage?.removeItem(keyOf(session));
  } catch {
    /* there is none */
  }
}
