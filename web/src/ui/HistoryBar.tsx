import { computed } from '@preact/signals';
import { run } from '../app';
import { clock } from '../format';
import { seekTo, stepBy } from '../seeking';
import { glance, history, live, mayControl, past, paused, seekingTo, timestep_s } from '../state';
import { ago, hasPast, place } from '../timeline';
import { IconButton } from './Button';
import { Icon } from './Icon';

/** The way back: a timeline while the simulation rests, and a handle that leads there while it runs. */
export function HistoryBar() {
  if (!live.value || !past.value) return null;
  return paused.value ? <Scrubber /> : <Handle />;
}

/** How far back it goes, in whole seconds. */
const reach = computed(() => {
  const now = history.value;
  const seconds = (now && timestep_s.value && (now.last - now.first) * timestep_s.value) ?? 0;
  return seconds >= 1 ? `, up to ${clock(Math.floor(seconds)).replace(/\.00$/, '')} s` : '';
});

function Handle() {
  if (!mayControl.value) return null;
  return (
    <button
      type="button"
      id="history-handle"
      class="history-handle"
      aria-label="Pause and go back"
      data-tip={`Pause and go back${reach.value}`}
      data-tip-side="above"
      onClick={() => void run('pause')}
    >
      <span class="history-grip">
        <Icon name="history" size={14} />
      </span>
    </button>
  );
}

function Scrubber() {
  const { value: now } = history;
  if (!hasPast(now)) return null;
  const at = seekingTo.value ?? place(now);
  const back = ago(now, at, timestep_s.value);
  const time = clock(glance.value.time ?? 0);
  const off = !mayControl.value;
  return (
    <section id="history" class="history bar surface" aria-label="History">
      <IconButton id="step-back-btn" icon="stepBack" label="Step back" disabled={off || at <= now.first} onPress={() => void stepBy(-1)} />
      <input
        id="history-slider"
        type="range"
        class="history-slider"
        min={now.first}
        max={now.last}
        step={1}
        value={at}
        disabled={off}
        aria-label="Place in the history"
        aria-valuetext={`${time} s, ${back}`}
        ref={(input) => fill(input, (at - now.first) / (now.last - now.first))}
        onInput={(event) => seekTo(Number(event.currentTarget.value))}
      />
      <IconButton id="step-on-btn" icon="step" label="Step on" disabled={off} onPress={() => void stepBy(1)} />
      <output class="history-time" for="history-slider">
        <span class="history-clock">{time}</span>
        <span class="history-ago">{back}</span>
      </output>
      <IconButton id="now-btn" icon="toEnd" label="Back to now" disabled={off || at >= now.last} onPress={() => seekTo(now.last)} />
    </section>
  );
}

/** The part of the track up to the thumb is drawn by a gradient, which needs to know where that is. */
function fill(input: HTMLInputElement | null, share: number): void {
  input?.style.setProperty('--share', share.toFixed(4));
}
