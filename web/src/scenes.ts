/** Pure helpers about scenes: search, names, error places. */

import type { Preset } from './connection/api';
import type { Scene } from './state';

/** Presets whose name, description or tags contain every word of `query`. */
export function search(presets: readonly Preset[], query: string): Preset[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return presets.filter((p) => {
    const all = `${p.id} ${p.name} ${p.description} ${p.tags.join(' ')}`.toLowerCase();
    return words.every((w) => all.includes(w));
  });
}

/** The preset that is running: by its id when known, else by the model's name. */
export function currentPreset(presets: readonly Preset[], scene: Scene): Preset | undefined {
  if (scene.presetId !== undefined) return presets.find((p) => p.id === scene.presetId);
  const name = scene.modelName && plain(scene.modelName);
  return name ? presets.find((p) => plain(p.id) === name || plain(p.name) === name) : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The 1-based line that one of MuJoCo's messages names. */
export function errorLine(detail: string): number | undefined {
  const match = /\bline(?:\s+number)?\s*[=:]?\s*(\d+)/i.exec(detail);
  const line = match ? Number(match[1]) : 0;
  return line > 0 ? line : undefined;
}

export interface SourceLine {
  number: number;
  text: string;
  marked: boolean;
}

/** The lines around `line`, the shared indentation removed. */
export function excerpt(source: string, line: number, around = 2): SourceLine[] {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, line - around);
  const shown = lines.slice(first - 1, line + around).map((t) => t.replaceAll('\t', '  '));
  const indents = shown.filter((t) => t.trim() !== '').map((t) => t.length - t.trimStart().length);
  const indent = indents.length > 0 ? Math.min(...indents) : 0;
  return shown.map((t, i) => ({ number: first + i, text: t.slice(indent), marked: first + i === line }));
}
