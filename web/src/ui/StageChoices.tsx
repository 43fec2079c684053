import { live } from '../state';
import { draw, drawn, layout, setLayout, type Drawn, type Layout } from '../tiles/layout';

const LAYOUTS: readonly (readonly [Layout, string, string])[] = [
  ['one', 'One', 'M5 6h14v12H5Z'],
  ['inset', 'Inset', 'M5 6h14v12H5ZM13 8h4v3h-4Z'],
  ['four', 'Four', 'M5 6h14v12H5ZM12 6v12M5 12h14'],
];

const PICTURES: readonly (readonly [Drawn, string])[] = [
  ['colour', 'Colour'],
  ['depth', 'Depth'],
  ['segments', 'Segments'],
];

/** How many views there are. */
export function LayoutChoice() {
  return (
    <div class="segments" role="radiogroup" aria-label="Views">
      {LAYOUTS.map(([value, label, path]) => (
        <button key={value} type="button" role="radio" class="segment" aria-checked={layout.value === value} onClick={() => setLayout(value)}>
          <svg class="icon" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linejoin="round" aria-hidden="true">
            <path d={path} />
          </svg>
          {label}
        </button>
      ))}
    </div>
  );
}

/** What this viewer's picture shows. */
export function PictureChoice() {
  return (
    <div class="segments" role="radiogroup" aria-label="Picture, for you alone">
      {PICTURES.map(([value, label]) => (
        <button
          key={value}
          type="button"
          role="radio"
          class="segment"
          aria-checked={drawn.value === value || (value === 'segments' && drawn.value === 'ids')}
          disabled={!live.value}
          onClick={() => draw(value)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
