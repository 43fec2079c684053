/** What was dropped or chosen, as something to load. */

import type { Package } from './remote';

export interface Dropped {
  /** With the folders that it was in. */
  path: string;
  file: File;
}

export type Parcel =
  | { kind: 'text'; name: string; file: File }
  | { kind: 'archive'; name: string; file: File }
  | { kind: 'folder'; name: string; files: Dropped[]; models: string[] }
  /** Nothing to load, with why. */
  | { kind: 'refused'; why: string };

/** The daemon takes no more. */
const MOST_FILES = 4096;
/** Folders within folders beyond which nothing is read. */
const MOST_DEPTH = 32;
const MODEL = /\.(xml|mjcf|urdf)$/i;
const ARCHIVE = /\.zip$/i;
const PART = /\.(obj|stl|msh|dae|ply|png|jpe?g|bmp|hdr|ktx|bin|skn|mtl)$/i;

/** What becomes of these files. */
export function parcel(dropped: readonly Dropped[]): Parcel {
  const files = dropped.filter(({ path }) => !isHidden(path));
  const [first] = files;
  if (!first) return { kind: 'refused', why: dropped.length > 0 ? 'There are only hidden files in it.' : 'There is no file in it.' };
  if (files.length > MOST_FILES) return { kind: 'refused', why: `These are more than ${MOST_FILES} files: drop the folder of one model.` };
  const archives = files.filter(({ path }) => ARCHIVE.test(path));
  const models = files.filter(({ path }) => MODEL.test(path)).map(({ path }) => path);
  if (files.length === 1 && !first.path.includes('/')) return single(first);
  if (models.length === 0) {
    const [archive] = archives;
    if (archives.length === 1 && archive) return single(archive);
    const why = archives.length > 1 ? 'These are several archives: drop one of them.' : 'There is no model in it: none of the files ends in .xml, .mjcf or .urdf.';
    return { kind: 'refused', why };
  }
  return { kind: 'folder', name: folderName(files), files, models };
}

function single({ path, file }: Dropped): Parcel {
  if (MODEL.test(path)) return { kind: 'text', name: path, file };
  if (ARCHIVE.test(path)) return { kind: 'archive', name: path.split('/').at(-1) ?? path, file };
  if (PART.test(path)) return { kind: 'refused', why: `${path} is a part of a model: drop it together with the model that uses it, or their folder.` };
  return { kind: 'refused', why: `${path} is no model: it does not end in .xml, .mjcf, .urdf or .zip.` };
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

function folderName(files: readonly Dropped[]): string {
  const [first] = files;
  const top = first?.path.split('/')[0];
  const shared = first?.path.includes('/') && files.every(({ path }) => path.startsWith(`${top}/`));
  return shared && top ? top : `${files.length} files`;
}

export function packed(parcel: Parcel & { kind: 'text' | 'archive' | 'folder' }): Package {
  if (parcel.kind === 'text') return { body: parcel.file, kind: 'application/xml' };
  if (parcel.kind === 'archive') return { body: parcel.file, kind: 'application/zip' };
  const form = new FormData();
  for (const { path, file } of parcel.files) form.append('files', file, path);
  return { body: form };
}

export function bytes(parcel: Parcel & { kind: 'text' | 'archive' | 'folder' }): number {
  return parcel.kind === 'folder' ? parcel.files.reduce((sum, { file }) => sum + file.size, 0) : parcel.file.size;
}

/** The models that the daemon's question names, in its order; `null` where it asks no such thing. */
export function asked(detail: string, models?: readonly string[]): string[] | null {
  const list = /which model is meant\? Name one of these as root: (.*)$/s.exec(detail)?.[1];
  if (list === undefined) return null;
  // Names may have commas: those of a folder are known.
  const own = models?.filter((path) => list.includes(path)) ?? [];
  return own.length > 1 ? own : list.split(', ').filter((name) => name !== '…' && name !== '');
}

/** Reads entries, folders with all that is in them. Those that cannot be read are told by name. */
export async function unfolded(entries: readonly FileSystemEntry[]): Promise<Dropped[]> {
  const found: Dropped[] = [];
  const walk = async (entry: FileSystemEntry, folder: string, depth: number): Promise<void> => {
    // One too many tells that there are too many.
    if (found.length > MOST_FILES || depth > MOST_DEPTH) return;
    const path = folder + entry.name;
    if (isHidden(entry.name)) return;
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      found.push({ path, file });
    } else if (entry.isDirectory) {
      const reader = (entry as FileSystemDirectoryEntry).createReader();
      for (;;) {
        // Browsers give a hundred at a time.
        const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) break;
        for (const one of some) await walk(one, `${path}/`, depth + 1);
      }
    }
  };
  for (const entry of entries) await walk(entry, '', 0);
  return found;
}

/** Files of an input, with the folders that they were chosen in. */
export function chosen(files: readonly File[]): Dropped[] {
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

export function size(count: number): string {
  if (count < 1000) return `${count} bytes`;
  const [value, unit] = count < 999_500 ? [count / 1e3, 'kB'] : [count / 1e6, 'MB'];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
