import { run } from '../app';
import { live } from '../state';
import { Icon } from '../ui/Icon';
import { drawing, drawn } from './layout';
import './tiles.css';

/** What the colours mean where they are not those of the scene. */
export function Legend() {
  if (drawn.value === 'colour' || !live.value) return null;
  return (
    <div class="legend surface" role="note" aria-label="What the colours mean">
      {drawn.value === 'depth' ? (
        <>
          <span>Near</span>
          <span class="legend-ramp" aria-hidden="true" />
          <span>Far</span>
        </>
      ) : drawn.value === 'segments' ? (
        <span>A colour for each thing; black is nothing</span>
      ) : (
        <span>Red + 256 green + 65536 blue = number + 1; black is nothing</span>
      )}
      <button type="button" class="view-close" aria-label="Back to colours" title="Back to colours" onClick={() => void run('set_flags', drawing('colour'))}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
