import { computed } from '@preact/signals';
import { live } from '../state';
import { Icon } from '../ui/Icon';
import { RAMP } from './depth';
import { silent, span_m } from './DepthView';
import { draw, drawn } from './layout';
import './tiles.css';

const stops = RAMP.map((colour) => `rgb(${colour.join(' ')})`).join(', ');
const metres = (m: number) => `${m < 10 ? m.toFixed(2) : m.toFixed(1)} m`;
const ends = computed(() => span_m.value?.map(metres));

const WORDS = {
  segments: 'A colour for each thing. Black is nothing.',
  ids: 'Red + 256 green + 65536 blue is a number plus one. Black is nothing.',
  buffer: 'The depth buffer: the whiter, the nearer, in steps too fine to see far away.',
} as const;

/** What the colours mean where they are not those of the scene. */
export function Legend() {
  const as = drawn.value;
  if (as === 'colour' || !live.value) return null;
  return (
    <div class="legend surface" role="note" aria-label="What the colours mean">
      {as !== 'depth' ? <span>{WORDS[as]}</span> : silent.value ? <span>The server measures no depth here.</span> : <Scale />}
      <button type="button" class="view-close" aria-label="Back to colours" title="Back to colours" onClick={() => draw('colour')}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

function Scale() {
  if (span_m.value === undefined) return <span>Measuring …</span>;
  if (!ends.value) return <span>Nothing is within 65 m.</span>;
  return (
    <>
      <span class="legend-end">{ends.value[0]}</span>
      <span class="legend-ramp" aria-hidden="true" ref={(bar) => bar?.style.setProperty('background', `linear-gradient(to right, ${stops})`)} />
      <span class="legend-end">{ends.value[1]}</span>
      <span class="legend-more">Black is farther or nothing</span>
    </>
  );
}
