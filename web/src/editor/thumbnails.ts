/** Pictures of the presets, by id; drawn by `scripts/thumbnails.sh`. */

const files = import.meta.glob<string>('../assets/presets/*.jpg', { eager: true, query: '?url', import: 'default' });

export const thumbnails: Record<string, string> = Object.fromEntries(
  Object.entries(files).map(([path, url]) => [path.replace(/^.*\/|\.jpg$/g, ''), url]),
);
