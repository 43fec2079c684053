import { Fragment } from 'preact';
import { helpOpen } from '../state';
import { Dialog } from './Dialog';

type Binding = readonly [what: string, ...how: string[]];

const MOUSE: readonly Binding[] = [
  ['Orbit', 'Left drag'],
  ['Pan', 'Right drag'],
  ['Pan in the ground plane', 'Shift', 'Right drag'],
  ['Zoom', 'Wheel'],
];
const TOUCH: readonly Binding[] = [
  ['Orbit', 'One finger'],
  ['Pan', 'Two fingers'],
  ['Zoom', 'Pinch'],
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
];

export function Help() {
  if (!helpOpen.value) return null;
  return (
    <Dialog title="Keys and gestures" class="help" close={() => (helpOpen.value = false)}>
      <div class="help-columns">
        <div>
          <Bindings title="Mouse" rows={MOUSE} />
          <Bindings title="Touch" rows={TOUCH} />
        </div>
        <Bindings title="Keyboard" rows={KEYS} />
      </div>
      <p class="help-note">Keys reach the simulation while the picture has the focus: click it, or press Tab until it is framed.</p>
    </Dialog>
  );
}

function Bindings({ title, rows }: { title: string; rows: readonly Binding[] }) {
  return (
    <section>
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
