/** Icons of authoring alone, drawn as those of the page. */

const PATHS = {
  diff: 'M12 4.5v8M8 8.5h8M8 18.5h8',
  format: 'M4.5 6.5h15M8.5 10.5h11M8.5 14.5h11M4.5 18.5h15',
  download: 'M12 4.5v11M7.5 11l4.5 4.5L16.5 11M5 16.5v1.5a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-1.5',
  model: 'M12 4l7 4v8l-7 4-7-4V8ZM5 8l7 4 7-4M12 12v8',
  up: 'M7 14l5-5 5 5',
  down: 'M7 10l5 5 5-5',
  split: 'M4.5 6.5a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2ZM12 4.5v15',
  unified: 'M4.5 6.5a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2ZM4.5 12h15',
  play: 'M8 5.8v12.4c0 .8.9 1.3 1.6.8l9-6.2a1 1 0 0 0 0-1.6l-9-6.2c-.7-.5-1.6 0-1.6.8Z',
} as const;

export type GlyphName = keyof typeof PATHS;

export function Glyph({ name, size = 18 }: { name: GlyphName; size?: number }) {
  return (
    <svg
      class="icon" viewBox="0 0 24 24" width={size} height={size} fill={name === 'play' ? 'currentColor' : 'none'} stroke="currentColor"
      stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
