/** Takes files to the daemon: one model at a time, with what is to be told of it. */

import { signal } from '@preact/signals';
import { mayControl, sceneError } from '../state';
import { toast } from '../toasts';
import { asked, bytes, chosen, packed, parcel, unfolded, type Parcel } from './files';
import type { Given } from './open';
import { upload, type Loaded } from './remote';

export type Going =
  | { kind: 'reading' }
  | { kind: 'sending'; name: string; bytes: number; share: number }
  /** All is sent; it is unpacked, checked and compiled. */
  | { kind: 'compiling'; name: string }
  | { kind: 'choosing'; name: string; roots: string[]; choose: (root: string) => void }
  | { kind: 'refused'; name: string; detail: string };

export const going = signal<Going | null>(null);

let stop: AbortController | null = null;

export function cancel(): void {
  stop?.abort();
  stop = null;
  going.value = null;
}

export async function take({ entries, files }: Given): Promise<void> {
  if (!mayControl.peek()) {
    toast('error', 'You may look, but not load scenes here.');
    return;
  }
  cancel();
  const own = (stop = new AbortController());
  going.value = { kind: 'reading' };
  let found: Parcel;
  try {
    found = parcel(entries.length > 0 ? await unfolded(entries) : chosen(files));
  } catch {
    found = { kind: 'refused', why: 'The browser could not read it. Try to choose it by “Open a folder”.' };
  }
  if (own.signal.aborted) return;
  if (found.kind === 'text' && found.file.size > LARGEST_TEXT_BYTES) found = { kind: 'refused', why: `${found.name} is larger than 32 MB.` };
  if (found.kind === 'refused') {
    going.value = { kind: 'refused', name: 'This', detail: found.why };
    return;
  }
  await load(found, undefined, own);
}

/** Longer texts are refused by the daemon, which would end the connection before the answer is read. */
const LARGEST_TEXT_BYTES = 32 * 1024 * 1024;

async function load(found: Parcel & { kind: 'text' | 'archive' | 'folder' }, root: string | undefined, own: AbortController): Promise<void> {
  const { name } = found;
  going.value = { kind: 'sending', name, bytes: bytes(found), share: 0 };
  const sent = (share: number) => {
    if (own.signal.aborted) return;
    going.value = share < 1 ? { kind: 'sending', name, bytes: bytes(found), share } : { kind: 'compiling', name };
  };
  const answer = await upload(packed(found), root, sent, own.signal);
  if (own.signal.aborted) return;
  if (answer.ok) {
    going.value = null;
    toast('info', told(name, answer.value));
    return;
  }
  const { detail } = answer.problem;
  const roots = asked(detail, found.kind === 'folder' ? found.models : undefined);
  if (roots && root === undefined) {
    going.value = { kind: 'choosing', name, roots, choose: (chosenRoot) => void load(found, chosenRoot, own) };
  } else if (found.kind === 'text' && answer.problem.status !== 0) {
    going.value = null;
    sceneError.value = { name, detail, source: await found.file.text() };
  } else {
    going.value = { kind: 'refused', name, detail };
  }
}

/** Which file was taken for the model, where there were several. */
export function told(name: string, { root, files }: Loaded): string {
  if (files.length < 2) return `${name} is running.`;
  const short = root.split('/').at(-1) ?? root;
  return `${short} is running, with ${files.length - 1} more ${files.length === 2 ? 'file' : 'files'} of ${name}.`;
}
