import { signal, useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { commands, run, tellRefusal } from '../app';
import { read, write } from '../preferences';
import { live, mayControl, paused, sim } from '../state';
import { latestState } from '../simulation';
import { LatestWins } from '../timeline';
import { angle, swapAngle } from './angle';
import { model, modelError, type Actuator, type Joint } from './model';
import { Filter, NumberField, Segments, Small } from './parts';
import { PoseEditor, PoseRow } from './Pose';
import { scale, span, step, written } from './units';
import { matching, visible } from './virtual';

const KIND_KEY = 'mjcast.controls';

type Kind = 'actuators' | 'joints';

const kind = signal<Kind>(read(KIND_KEY) === 'joints' ? 'joints' : 'actuators');
const query = signal('');

/** Every actuator and every joint as a slider, hundreds of them if need be. */
export function Controls() {
  const now = model.value;
  if (!now) return <p class="notice">{modelError.value ?? 'Reading the model …'}</p>;
  const joints = kind.value === 'joints';
  const set = (next: Kind) => {
    kind.value = next;
    write(KIND_KEY, next);
  };
  return (
    <div class="controls">
      <Segments
        label="What to move"
        value={kind.value}
        options={[
          ['actuators', `Actuators ${now.actuators.length}`],
          ['joints', `Joints ${now.joints.length}`],
        ]}
        set={set}
      />
      <div class="controls-tools">
        <Filter label={joints ? 'Filter joints' : 'Filter actuators'} value={query.value} set={(text) => (query.value = text)} />
        <button
          type="button"
          class="small-button unit-button"
          aria-label={`${angle.value}: unit of angles`}
          onClick={swapAngle}
        >
          {angle}
        </button>
        {joints ? (
          <Small act={() => toDefault(now.qpos0)} off={!mayMove()} name="Put all joints into the default pose">
            Default
          </Small>
        ) : (
          <Small act={() => zero(now.actuators)} off={!live.value || !mayControl.value || now.actuators.length === 0} name="Set all controls to zero">
            Zero
          </Small>
        )}
      </div>
      {joints && !paused.value && (
        <p class="hint">
          Joints follow the physics while time runs.
          <Small act={() => void run('pause')} off={!live.value || !mayControl.value}>
            Pause to move them
          </Small>
        </p>
      )}
      {joints && <PoseEditor off={!mayMove()} />}
      {joints ? <JointList all={now.joints} /> : <ActuatorList all={now.actuators} />}
    </div>
  );
}

function mayMove(): boolean {
  return live.value && mayControl.value && paused.value;
}

function zero(all: readonly Actuator[]): void {
  const values = Object.fromEntries(all.map(({ id, range: [low, high] }) => [id, Math.min(high ?? 0, Math.max(low ?? 0, 0))]));
  void run('set_ctrl', { values });
}

function toDefault(qpos0: readonly number[]): void {
  void run('set_qpos', { values: qpos0 });
}

function ActuatorList({ all }: { all: readonly Actuator[] }) {
  const off = !live.value || !mayControl.value;
  const found = matching(all, query.value, (a) => `${a.name} ${a.kind} ${a.target}`);
  const row = (a: Actuator) => (
    <Row
      key={a.id}
      name={a.name || `actuator ${a.id}`}
      note={about(a)}
      range={a.range}
      unit={a.unit}
      off={off}
      read={() => latestState().ctrl?.[a.id]}
      send={(value) => ({ cmd: 'set_ctrl', params: { index: a.id, value } })}
    />
  );
  return <List all={found} row={row} empty={all.length === 0 ? 'This model has no actuators.' : 'No actuator matches.'} label="Actuators" />;
}

function about(a: Actuator): string {
  const gear = a.kind === 'motor' && a.gear !== 1 ? ` × ${Number(a.gear.toPrecision(4))}` : '';
  const drives = a.target && a.target !== a.name ? ` · ${a.target}` : '';
  return `${a.kind}${gear}${drives}`;
}

function JointList({ all }: { all: readonly Joint[] }) {
  const off = !mayMove();
  const found = matching(all, query.value, (j) => `${j.name} ${j.kind}`);
  const row = (j: Joint) =>
    j.kind === 'free' || j.kind === 'ball' ? (
      <PoseRow key={j.id} joint={j} />
    ) : (
      <Row
        key={j.id}
        name={j.name || `joint ${j.id}`}
        note={j.kind}
        range={j.range}
        unit={j.unit}
        off={off}
        read={() => latestState().qpos?.[j.qpos]}
        send={(value) => ({ cmd: 'set_qpos', params: { index: j.qpos, value } })}
      />
    );
  return <List all={found} row={row} empty={all.length === 0 ? 'This model has no joints.' : 'No joint matches.'} label="Joints" />;
}

/** Draws only the rows that are seen. */
function List<T>(props: { all: readonly T[]; row: (item: T) => preact.JSX.Element; empty: string; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ scroll: 0, height: 400, row: 60 });
  useLayoutEffect(() => {
    const list = scroller.current;
    if (!list) return;
    const measure = () => {
      const row = Number.parseFloat(getComputedStyle(list).getPropertyValue('--row')) || 60;
      setView({ scroll: list.scrollTop, height: list.clientHeight, row });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(list);
    list.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      list.removeEventListener('scroll', measure);
    };
  }, []);
  const { first, end, top_px, height_px } = visible(props.all.length, view.row, view.scroll, view.height);
  const pad = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    pad.current?.style.setProperty('height', `${height_px}px`);
    rows.current?.style.setProperty('top', `${top_px}px`);
  });
  if (props.all.length === 0) return <p class="notice">{props.empty}</p>;
  return (
    <div class="control-list" ref={scroller} tabIndex={-1}>
      <div class="control-pad" ref={pad} />
      <ul class="control-rows" ref={rows} aria-label={`${props.label}, ${props.all.length}`}>
        {props.all.slice(first, end).map(props.row)}
      </ul>
    </div>
  );
}

interface RowProps {
  name: string;
  note: string;
  range: readonly [number | null, number | null];
  unit: string;
  off: boolean;
  /** The newest value. */
  read: () => number | undefined;
  send: (value: number) => { cmd: string; params: Record<string, unknown> };
}

/** A name, a slider and a number. What a hand holds does not jump back to what the daemon last told. */
function Row(props: RowProps) {
  const { name, range, unit } = props;
  // Draws anew when the own value changes, and not with every state.
  const told = useComputed(() => {
    void sim.value;
    return latest.current.read();
  });
  const latest = useRef(props);
  latest.current = props;
  const [held, setHeld] = useState<number | null>(null);
  const push = useLatest(props);
  useEffect(() => {
    if (held === null) return;
    // Lets go some time after the last move: the echo is on its way.
    const timer = window.setTimeout(() => setHeld(null), 400);
    return () => window.clearTimeout(timer);
  }, [held]);
  const value = held ?? told.value;
  const shown = scale(unit, angle.value);
  const [low, high] = span(range, unit, value ?? 0).map((v) => v * shown.factor) as [number, number];
  const by = step(high - low);
  const move = (next: number) => {
    const raw = next / shown.factor;
    setHeld(raw);
    push(raw);
  };
  const now = (value ?? 0) * shown.factor;
  return (
    <li class="control">
      <div class="control-line">
        <span class="control-name" title={name}>{name}</span>
        <span class="control-note">{props.note}</span>
        <NumberField bare label={`${name}, ${shown.unit || 'number'}`} value={value === undefined ? undefined : now} write={(v) => written(v, by)} unit={shown.unit} off={props.off} set={move} />
      </div>
      <div class="control-slide">
        <span class={range[0] === null ? 'limit limit-open' : 'limit'}>{written(low, by)}</span>
        <Slider name={name} low={low} high={high} by={by} value={now} text={`${written(now, by)} ${shown.unit}`} off={props.off || value === undefined} set={move} />
        <span class={range[1] === null ? 'limit limit-open' : 'limit'}>{written(high, by)}</span>
      </div>
    </li>
  );
}

function Slider(props: { name: string; low: number; high: number; by: number; value: number; text: string; off: boolean; set: (value: number) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const share = props.high > props.low ? (props.value - props.low) / (props.high - props.low) : 0;
  const origin = props.low < 0 && props.high > 0 ? -props.low / (props.high - props.low) : 0;
  useLayoutEffect(() => {
    const style = input.current?.style;
    style?.setProperty('--from', String(Math.min(share, origin)));
    style?.setProperty('--to', String(Math.max(share, origin)));
  });
  return (
    <input
      ref={input}
      class="slider"
      type="range"
      aria-label={props.name}
      aria-valuetext={props.text}
      min={props.low}
      max={props.high}
      step="any"
      value={props.value}
      disabled={props.off}
      onInput={(e) => props.set(round(e.currentTarget.valueAsNumber, props))}
      onKeyDown={(e) => {
        const by = KEYS[e.key];
        if (by === undefined) return;
        e.preventDefault();
        const next = by === -Infinity ? props.low : by === Infinity ? props.high : props.value + by * props.by;
        props.set(Math.min(props.high, Math.max(props.low, round(next, props))));
      }}
      onDblClick={() => props.low <= 0 && props.high >= 0 && props.set(0)}
    />
  );
}

const KEYS: Readonly<Record<string, number>> = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 20, PageDown: -20, Home: -Infinity, End: Infinity,
};

/** To a whole step, but for the ends, which are the limits themselves. */
function round(value: number, { low, high, by }: { low: number; high: number; by: number }): number {
  if (value <= low || value >= high) return value;
  return Number((Math.round(value / by) * by).toPrecision(12));
}

/** Sends the newest value at most thirty times a second, and one at a time. */
function useLatest(props: RowProps): (value: number) => void {
  const newest = useRef(props);
  newest.current = props;
  const sender = useRef<LatestWins<number> | null>(null);
  sender.current ??= new LatestWins<number>(
    async (value) => {
      const { cmd, params } = newest.current.send(value);
      const outcome = await commands.run(cmd, params);
      if (!outcome.ok) tellRefusal(outcome.error);
    },
    () => new Promise((resolve) => setTimeout(resolve, 33)),
  );
  return (value) => void sender.current?.push(value);
}
