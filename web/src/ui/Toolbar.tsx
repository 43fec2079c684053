import { useLayoutEffect, useRef } from 'preact/hooks';
import { run } from '../app';
import { editing, toggleEditor } from '../editor/open';
import { factor } from '../format';
import { stepBy } from '../seeking';
import { live, mayControl, panel, paused, speed } from '../state';
import { IconButton } from './Button';
import { CameraMenu } from './CameraMenu';
import { rtfText, timeText } from './figures';
import { Popover, closePanel } from './Popover';

const SPEEDS = [Infinity, 8, 4, 2, 1, 0.5, 0.25, 0.125];

/** The controls of the simulation. */
export function Toolbar() {
  const off = !live.value || !mayControl.value;
  return (
    <nav class="toolbar bar surface" aria-label="Simulation">
      <IconButton id="reset-sim-btn" icon="reset" label="Reset" disabled={off} onPress={() => void run('reset')} />
      <PlayPause off={off} />
      <IconButton id="step-sim-btn" icon="step" label="Step once" disabled={off} onPress={() => void step()} />
      <Readout />
      <SpeedMenu off={off} />
      <IconButton id="reset-camera-btn" icon="target" label="Reset the camera" class="wide-only" disabled={!live.value} onPress={() => void run('reset_camera')} />
      <CameraMenu />
      <IconButton id="edit-scene-btn" class="wide-only" icon="code" label={editing.value ? 'Close the editor' : 'Edit the scene'} onPress={toggleEditor} />
    </nav>
  );
}

/** Two buttons in one place, of which one is seen: programs know them by their ids. */
function PlayPause({ off }: { off: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const still = paused.value;
  useLayoutEffect(() => {
    const [play, pause] = [...(place.current?.children ?? [])] as HTMLElement[];
    const [shown, gone] = still ? [play, pause] : [pause, play];
    if (document.activeElement === gone) shown?.focus();
    gone?.toggleAttribute('hidden', true);
  }, [still]);
  // The hidden one goes only after the focus has moved on.
  return (
    <span id="toggle-sim-btn" class="play-place" ref={place}>
      <IconButton id="start-sim-btn" class="play" icon="play" label="Play" size={22} hidden={still ? false : undefined} disabled={off} onPress={() => void run('play')} />
      <IconButton id="pause-sim-btn" class="play" icon="pause" label="Pause" size={22} hidden={still ? undefined : false} disabled={off} onPress={() => void run('pause')} />
    </span>
  );
}

/** A step of a running simulation would not be seen, so it pauses first. */
async function step(): Promise<void> {
  if (!paused.value && !(await run('pause'))) return;
  await stepBy(1);
}

function hint(speed: number): string {
  if (speed === Infinity) return 'as fast as can be';
  return speed === 1 ? 'real time' : speed > 1 ? 'faster' : 'slower';
}

function Readout() {
  return (
    <div class="readout" title="Simulated time, and how fast it runs against the wall clock">
      <span class="readout-time">{timeText}</span>
      <span class="readout-rate">{paused.value ? 'paused' : <>{rtfText}<span class="readout-unit"> real time</span></>}</span>
    </div>
  );
}

function SpeedMenu({ off }: { off: boolean }) {
  return (
    <Popover
      name="speed"
      label="Speed"
      use="Speed"
      tip="Speed"
      panelClass="menu"
      button={<span class="speed-value">{factor(speed.value)}</span>}
    >
      <div role="radiogroup" aria-label="Speed">
        {SPEEDS.map((value) => (
          <button
            key={value}
            type="button"
            role="radio"
            class="menu-item"
            aria-checked={value === speed.value}
            data-first={value === speed.value ? '' : undefined}
            disabled={off}
            onClick={() => void run('speed', { factor: value === Infinity ? 'max' : value }).then(() => panel.value === 'speed' && closePanel())}
          >
            <span class="menu-value">{factor(value)}</span>
            <span class="menu-hint">{hint(value)}</span>
          </button>
        ))}
      </div>
    </Popover>
  );
}
