import { computed } from '@preact/signals';
import type { Cursor } from '../protocol/server';
import { self, sim, viewerId } from '../state';
import { colourClass } from './Mark';

/** Always the same: another would be drawn again with every state. */
const NOBODY: readonly Cursor[] = [];
const others = computed<readonly Cursor[]>(() => {
  const all = self.value.watching > 1 ? sim.value.cursors : undefined;
  const shown = all?.filter((cursor) => cursor.viewer_id !== viewerId.value) ?? NOBODY;
  return shown.length > 0 ? shown : NOBODY;
});
const aspect = computed(() => {
  const [width = 0, height = 0] = sim.value.frame?.size ?? [];
  return width > 0 && height > 0 ? width / height : null;
});

/** The pointers of others who see the same picture, over it. */
export function Cursors() {
  if (others.value.length === 0 || aspect.value === null) return null;
  const ratio = String(aspect.value);
  return (
    <div class="cursors" aria-hidden="true" ref={(layer) => layer?.style.setProperty('--aspect', ratio)}>
      {others.value.map((cursor) => (
        <div key={cursor.viewer_id} class={`cursor ${colourClass(cursor.viewer_id)}`} ref={(element) => move(element, cursor)}>
          <svg viewBox="0 0 16 20" width="16" height="20">
            <path d="M1.5 1.2v14.6l4-3.5 2.6 5.9 2.6-1.2-2.6-5.7 5.2-.5Z" />
          </svg>
          <span class="cursor-name">{cursor.viewer_id}</span>
        </div>
      ))}
    </div>
  );
}

function move(element: HTMLElement | null, { x, y }: Cursor): void {
  element?.style.setProperty('--x', x.toFixed(4));
  element?.style.setProperty('--y', y.toFixed(4));
}
