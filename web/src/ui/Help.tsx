import { Fragment } from 'preact';
import { flagKeys, setFlagKeys } from '../preferences';
import { helpOpen } from '../state';
import { RENDER, VIS } from '../dock/flags';
import { Dialog } from './Dialog';

type Binding = readonly [what: string, ...how: string[]];

const MOUSE: readonly Binding[] = [
  ['Orbit', 'Left drag'],
  ['Pan', 'Right drag'],
  ['Pan in the ground plane', 'Shift', 'Right drag'],
  ['Zoom', 'Wheel'],
  ['Select a body', 'Double click'],
  ['Look at a point', 'Right double click'],
  ['Track a body', 'Ctrl', 'Right double click'],
];
const SELECTED: readonly Binding[] = [
  ['Pull it', 'Ctrl', 'Right drag'],
  ['Turn it', 'Ctrl', 'Left drag'],
  ['In the ground plane', 'Shift'],
];
const TOUCH: readonly Binding[] = [
  ['Orbit', 'One finger'],
  ['Pan', 'Two fingers'],
  ['Zoom', 'Pinch'],
  ['Select a body', 'Double tap'],
  ['Select and pull', 'Hold, then move'],
];
const PEN: readonly Binding[] = [
  ['As the left button', 'Tip'],
  ['As the right button', 'Barrel button'],
];
const KEYS: readonly Binding[] = [
  ['Play or pause', 'Space'],
  ['Reset', 'Backspace'],
  ['Faster, slower', '+', '−'],
  ['Turn the camera', '←', '→', '↑', '↓'],
  ['Zoom', 'Page Up', 'Page Down'],
  ['Previous, next camera', '[', ']'],
  ['Free camera', 'Esc'],
  ['This help', 'F1', '?'],
  ['Panels', '.'],
];
const SHOWN: readonly Binding[] = [
  ['Figures of the stream', 'F2'],
  ['Plots of the solver', 'F3'],
  ['Plots of sensors', 'F4'],
  ['Next frames, labels', 'F6', 'F7'],
  ['Groups of geoms', '0 – 5'],
  ['Groups of sites', 'Shift', '0 – 5'],
];
const PAUSED: readonly Binding[] = [
  ['Step back, step on', '←', '→'],
  ['Turn the camera', 'Shift', '← →'],
];

const FLAGS: readonly Binding[] = [...VIS.flatMap(([, rows]) => rows), ...RENDER].flatMap(({ label, key }) => (key ? [[label, key] as const] : []));

export function Help() {
  if (!helpOpen.value) return null;
  return (
    <Dialog title="Keys and gestures" class="help" close={() => (helpOpen.value = false)}>
      <div class="help-columns">
        <div>
          <Bindings title="Mouse" rows={MOUSE} />
          <Bindings title="The selected body" rows={SELECTED} />
        </div>
        <div>
          <Bindings title="Keyboard" rows={KEYS} />
          <Bindings title="While paused" rows={PAUSED} />
        </div>
        <div>
          <Bindings title="What is shown" rows={SHOWN} />
          <Bindings title="Touch" rows={TOUCH} />
          <Bindings title="Pen" rows={PEN} />
        </div>
      </div>
      <Bindings title="Flags" rows={FLAGS} class="help-flags" />
      <label class="help-choice">
        <input type="checkbox" checked={flagKeys.value} onChange={(e) => setFlagKeys(e.currentTarget.checked)} />
        Letters, digits and F2 to F7 do what they do in MuJoCo’s simulate
      </label>
      <p class="help-note">Keys reach the simulation while the picture has the focus: click it, or press Tab until it is framed. Programs have an <a href="./docs">API</a>.</p>
    </Dialog>
  );
}

function Bindings({ title, rows, ...rest }: { title: string; rows: readonly Binding[]; class?: string }) {
  return (
    <section class={rest.class}>
      <h2>{title}</h2>
      <dl>
        {rows.map(([what, ...how]) => (
          <Fragment key={what}>
            <dt>{what}</dt>
            <dd>
              {how.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}
