import { run } from '../app';
import { fields, finite, finites, flag, text } from '../protocol/fields';
import { live, mayControl, physicsOptions } from '../state';
import { Choice, Fold, NumberField, Switch } from './parts';

const same = (...names: string[]) => names.map((name) => [name, name] as const);

const CHOICES = [
  ['integrator', 'Integrator', same('Euler', 'RK4', 'implicit', 'implicitfast', 'discrete')],
  ['cone', 'Friction cone', same('pyramidal', 'elliptic')],
  ['jacobian', 'Jacobian', same('dense', 'sparse', 'auto')],
  ['solver', 'Solver', same('PGS', 'CG', 'Newton')],
] as const;

type Row = readonly [name: string, label: string, unit?: string];

const SOLVER: readonly Row[] = [
  ['iterations', 'Iterations'],
  ['tolerance', 'Tolerance'],
  ['ls_iterations', 'Line search'],
  ['ls_tolerance', '… tolerance'],
  ['noslip_iterations', 'No-slip'],
  ['noslip_tolerance', '… tolerance'],
  ['ccd_iterations', 'Convex'],
  ['ccd_tolerance', '… tolerance', 'm'],
  ['sdf_iterations', 'SDF'],
  ['sdf_initpoints', '… starts'],
];

const MEDIUM: readonly Row[] = [
  ['density', 'Density', 'kg/m³'],
  ['viscosity', 'Viscosity', 'Pa·s'],
];

const VECTORS = [
  ['gravity', 'Gravity, m/s²'],
  ['wind', 'Wind, m/s'],
  ['magnetic', 'Magnetic flux, T'],
] as const;

const FLAGS: readonly (readonly [string, string])[] = [
  ['contact', 'Contacts'],
  ['constraint', 'Constraints'],
  ['equality', 'Equalities'],
  ['limit', 'Limits'],
  ['frictionloss', 'Friction loss'],
  ['gravity', 'Gravity'],
  ['actuation', 'Actuation'],
  ['clampctrl', 'Clamp controls'],
  ['spring', 'Springs'],
  ['damper', 'Dampers'],
  ['sensor', 'Sensors'],
  ['warmstart', 'Warm start'],
  ['filterparent', 'Filter parents'],
  ['refsafe', 'Safe solref'],
  ['midphase', 'Mid-phase'],
  ['nativeccd', 'Native CCD'],
  ['multiccd', 'Multi CCD'],
  ['eulerdamp', 'Euler damping'],
  ['autoreset', 'Auto reset'],
  ['island', 'Islands'],
  ['energy', 'Energy'],
  ['sleep', 'Sleep'],
  ['fwdinv', 'Forward, inverse'],
  ['invdiscrete', 'Discrete inverse'],
  ['diagexact', 'Exact diagonal'],
  ['override', 'Override contacts'],
];

/** `mjOption`, changed between two steps and for all. */
export function Physics() {
  const now = physicsOptions.value;
  const off = !live.value || !mayControl.value || finite(now['timestep']) === undefined;
  const set = (name: string, value: unknown) => void run('set_options', { [name]: value });
  const field = ([name, label, unit]: Row) => (
    <NumberField key={name} label={label} value={finite(now[name])} off={off} set={(v) => set(name, v)} {...(unit ? { unit } : {})} />
  );
  const vector = (name: string, label: string) => {
    const values = finites(now[name]) ?? [];
    return (
      <fieldset key={name} class="triple">
        <legend>{label}</legend>
        {values.map((value, at) => (
          <NumberField
            key={at}
            bare
            label={`${label}, ${'xyz'[at] ?? at + 1}`}
            value={value}
            off={off}
            set={(v) => set(name, values.map((old, i) => (i === at ? v : old)))}
          />
        ))}
      </fieldset>
    );
  };
  const groups = Array.isArray(now['actuator_groups']) ? (now['actuator_groups'] as unknown[]) : [];
  return (
    <>
      <p class="hint">Changes act from the next step on, for everybody, and are part of the history.</p>
      <div class="grid-2">
        <NumberField label="Time step" unit="s" value={finite(now['timestep'])} off={off} set={(v) => set('timestep', v)} />
        {CHOICES.map(([name, label, options]) => (
          <Choice key={name} label={label} value={text(now[name]) ?? ''} options={options} off={off} set={(v) => set(name, v)} />
        ))}
      </div>
      <Fold title="World" open>
        {VECTORS.map(([name, label]) => vector(name, label))}
        <div class="grid-2">{MEDIUM.map(field)}</div>
      </Fold>
      <Fold title="Solver">
        <div class="grid-2">
          {SOLVER.map(field)}
          {field(['impratio', 'Impedance ratio'])}
          {field(['sleep_tolerance', 'Sleep tolerance'])}
        </div>
      </Fold>
      <Fold title="What is computed">
        <div class="switches">
          {FLAGS.map(([name, label]) => (
            <Switch key={name} label={label} on={flag(fields(now['flags'])?.[name]) ?? false} off={off} set={(on) => set('flags', { [name]: on })} />
          ))}
        </div>
      </Fold>
      <Fold title="Actuator groups">
        <div class="group-row" role="group" aria-label="Actuator groups that act">
          {groups.map((on, group) => (
            <button key={group} type="button" class="group" aria-pressed={on === true} aria-label={`Actuators of group ${group}`} disabled={off} onClick={() => set('actuator_groups', { [group]: on !== true })}>
              {group}
            </button>
          ))}
        </div>
      </Fold>
      <Fold title="Contact override">
        <p class="hint">Used for all contacts while “Override contacts” is on.</p>
        {field(['o_margin', 'Margin', 'm'])}
        {vector('o_solref', 'solref')}
        {vector('o_solimp', 'solimp')}
        {vector('o_friction', 'Friction')}
      </Fold>
    </>
  );
}
