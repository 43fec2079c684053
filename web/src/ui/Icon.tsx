/** The icon set: 24 × 24, drawn with round strokes of the text's colour. */

const PATHS = {
  play: 'M8 5.8v12.4c0 .8.9 1.3 1.6.8l9-6.2a1 1 0 0 0 0-1.6l-9-6.2c-.7-.5-1.6 0-1.6.8Z',
  pause: 'M8 5.5v13M16 5.5v13',
  step: 'M6 6.3v11.4c0 .7.8 1.1 1.4.7l8-5.7a.9.9 0 0 0 0-1.4l-8-5.7c-.6-.4-1.4 0-1.4.7ZM19 5.5v13',
  stepBack: 'M18 6.3v11.4c0 .7-.8 1.1-1.4.7l-8-5.7a.9.9 0 0 1 0-1.4l8-5.7c.6-.4 1.4 0 1.4.7ZM5 5.5v13',
  toEnd: 'M5 6.8v10.4c0 .6.7 1 1.2.6l6.3-5.2a.8.8 0 0 0 0-1.2L6.2 6.2C5.7 5.8 5 6.2 5 6.8ZM13 6.8v10.4c0 .6.7 1 1.2.6l6.3-5.2a.8.8 0 0 0 0-1.2l-6.3-5.2c-.5-.4-1.2 0-1.2.6Z',
  history: 'M4.5 12a7.5 7.5 0 1 0 2.4-5.5L4.5 8.7M4.5 4.5v4.2h4.2M12 8v4.3l2.8 1.7',
  people: 'M9 11.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM3.2 19c.3-3 2.6-5 5.8-5s5.5 2 5.8 5M15.6 5.2a3 3 0 0 1 0 5.7M17.6 14.5c1.9.7 3 2.3 3.2 4.5',
  target: 'M12 18.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM12 3v4M12 17v4M3 12h4M17 12h4',
  reset: 'M5 12a7 7 0 1 0 2.3-5.2L5 9M5 4.5V9h4.5',
  speed: 'M4.6 17.5a8.5 8.5 0 1 1 14.8 0M12 14l3.8-5M12 14h.01',
  camera: 'M3.5 8.5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2ZM15.5 11l5-2.7v7.4l-5-2.7',
  picture: 'M4.5 8.5a2 2 0 0 1 2-2h2L10 4.5h4l1.5 2h2a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2ZM12 16a3.2 3.2 0 1 0 0-6.4a3.2 3.2 0 0 0 0 6.4Z',
  expand: 'M9 4.5H4.5V9M15 4.5h4.5V9M9 19.5H4.5V15M15 19.5h4.5V15',
  shrink: 'M4.5 9H9V4.5M19.5 9H15V4.5M4.5 15H9v4.5M19.5 15H15v4.5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  help: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM9.7 9.7a2.4 2.4 0 0 1 4.6.8c0 1.5-2.3 1.8-2.3 3.3M12 16.6h.01',
  sun: 'M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM12 3.5v1.5M12 19v1.5M3.5 12H5M19 12h1.5M6 6l1 1M17 17l1 1M18 6l-1 1M7 17l-1 1',
  moon: 'M19.5 14.3A8 8 0 0 1 9.7 4.5a8 8 0 1 0 9.8 9.8Z',
  auto: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 4v16M12 8.5h3.9M12 12h8M12 15.5h7.1',
  search: 'M10.8 17.1a6.3 6.3 0 1 0 0-12.6 6.3 6.3 0 0 0 0 12.6ZM15.4 15.4l4.1 4.1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevron: 'M7 10l5 5 5-5',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  code: 'M8.5 7.5 4 12l4.5 4.5M15.5 7.5 20 12l-4.5 4.5M13.4 5l-2.8 14',
  folder: 'M3.5 7.5a2 2 0 0 1 2-2h3.6l2 2.5h7.4a2 2 0 0 1 2 2v6.5a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2Z',
  upload: 'M12 15.5V4.5M7.5 9 12 4.5 16.5 9M5 15.5v2a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-2',
  eye: 'M3 12s3.2-6 9-6 9 6 9 6-3.2 6-9 6-9-6-9-6ZM12 14.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2Z',
  chip: 'M8 6.5h8a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 16V8A1.5 1.5 0 0 1 8 6.5ZM9.5 3.5v3M14.5 3.5v3M9.5 17.5v3M14.5 17.5v3M3.5 9.5h3M3.5 14.5h3M17.5 9.5h3M17.5 14.5h3',
  warning: 'M12 4.5 20.5 19h-17ZM12 10.5v4M12 16.8h.01',
  share: 'M6.5 14.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8ZM17 8.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8ZM17 20.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8ZM8.6 10.8l6.3-3.6M8.6 13.2l6.3 3.6',
  panels: 'M6 5h12a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2ZM14.5 5v14M17 9h.5M17 12h.5',
} as const;

/** Icons whose shape is a surface. */
const FILLED: readonly string[] = ['play'];
/** Icons made of dots or bars need a heavier line. */
const HEAVY: readonly string[] = ['pause', 'more'];

export type IconName = keyof typeof PATHS;

/** An icon of another set, from its path. */
export function Glyph({ path, size = 18 }: { path: string; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill={FILLED.includes(name) ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width={HEAVY.includes(name) ? 3 : 1.7}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a linkage in the shape of an M, its middle joint alight. */
export function Logo({ size = 26, alive = false }: { size?: number; alive?: boolean }) {
  return (
    <svg class={alive ? 'logo logo-alive' : 'logo'} viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <path
        d="M5.5 26V8.2c0-1.4 1.8-2 2.6-.9L16 17.5l7.9-10.2c.8-1.1 2.6-.5 2.6.9V26"
        fill="none"
        stroke="currentColor"
        stroke-width="3.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
      <circle cx="16" cy="19" r="4.6" class="logo-core" />
    </svg>
  );
}
