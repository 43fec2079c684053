import { useEffect } from 'preact/hooks';
import { actuatorKey, bound, inputName, MOST_DEAD, type Mapping } from '../gamepad/mapping';
import { look, mapping, pad, setMapping } from '../gamepad/pad';
import { model } from './model';
import { Fold, Small, Switch } from './parts';

/** Which actuator each axis and button of a gamepad moves. */
export function Gamepad() {
  useEffect(look, []);
  const held = pad.value;
  const now = mapping.value;
  if (!held) {
    return (
      <p class="hint">
        Connect a gamepad and press a button on it. Its sticks turn the camera, until you choose here which actuators they move.
      </p>
    );
  }
  const actuators = model.value?.actuators ?? [];
  const rows = (letter: 'a' | 'b', values: readonly number[]) =>
    values.map((value, index) => <Input key={index} input={`${letter}${index}`} value={value} standard={held.standard} now={now} />);
  return (
    <>
      <p class="pad-name">{held.id}</p>
      {actuators.length === 0 ? (
        <p class="hint">This model has no actuators: the left stick turns the camera, the right one zooms.</p>
      ) : (
        <p class="hint">
          {now.binds.length === 0
            ? 'Nothing is mapped: the left stick turns the camera, the right one zooms.'
            : 'Remembered for this model. What is let go returns to zero.'}
        </p>
      )}
      <label class="field">
        <span class="field-name">Dead zone, {Math.round(now.dead * 100)} %</span>
        <input
          type="range"
          class="slider"
          min="0"
          max={MOST_DEAD}
          step="0.01"
          value={now.dead}
          onInput={(e) => setMapping({ ...now, dead: Number(e.currentTarget.value) })}
        />
      </label>
      <Fold title="Axes" open>
        <ul class="pad-rows">{rows('a', held.axes)}</ul>
      </Fold>
      <Fold title="Buttons" open={now.binds.some(({ input }) => input[0] === 'b')}>
        <ul class="pad-rows">{rows('b', held.buttons)}</ul>
      </Fold>
      <Small act={() => setMapping({ ...now, binds: [] })} off={now.binds.length === 0}>
        Map nothing
      </Small>
    </>
  );
}

function Input({ input, value, standard, now }: { input: string; value: number; standard: boolean; now: Mapping }) {
  const name = inputName(input, standard);
  const bind = now.binds.find((one) => one.input === input);
  const actuators = model.value?.actuators ?? [];
  const lost = bind && !actuators.some((one) => actuatorKey(one) === bind.actuator);
  return (
    <li class="pad-row">
      <span class="pad-input">
        {name}
        <meter class="pad-meter" min={input[0] === 'a' ? -1 : 0} max={1} value={value} aria-label={`${name} now`} />
      </span>
      <select class="select" aria-label={`${name} moves`} value={bind?.actuator ?? ''} onChange={(e) => setMapping(bound(now, input, { actuator: e.currentTarget.value }))}>
        <option value="">nothing</option>
        {lost && <option value={bind.actuator}>{bind.actuator} (not in this model)</option>}
        {actuators.map((one) => (
          <option key={one.id} value={actuatorKey(one)}>
            {one.name || `actuator ${one.id}`}
          </option>
        ))}
      </select>
      {bind && <Switch label="Invert" on={bind.invert} set={(invert) => setMapping(bound(now, input, { invert }))} />}
    </li>
  );
}
