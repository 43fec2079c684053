import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from '../preferences';
import { sim } from '../state';
import { latestState } from '../simulation';
import { model, type Sensor } from './model';
import { Choice } from './parts';
import { Trail } from './trail';
import { written } from './units';

/** A minute at ten states a second. */
const KEPT = 600;
/** Lines that crawl need no more, and drawing costs a weak machine dear. */
const DRAW_EVERY_MS = 240;
/** More lines than this cannot be told apart. */
const MOST_LINES = 6;

interface Line {
  name: string;
  unit?: string;
  read: () => number | undefined;
}

const chosen = signal(0);

/** What sensors measure, and what the solver has to do, over the last minute. */
export function Plots() {
  const sensors = model.value?.sensors ?? [];
  const sensor = sensors[Math.min(chosen.value, sensors.length - 1)];
  return (
    <>
      <section id="plot-sensors" class="plot-block">
        {sensors.length === 0 || !sensor ? (
          <p class="hint">This model has no sensors.</p>
        ) : (
          <>
            <Choice
              label="Sensor"
              value={String(sensor.id)}
              options={sensors.map((s) => [String(s.id), `${s.name || `sensor ${s.id}`} · ${s.kind}`] as const)}
              set={(id) => (chosen.value = Number(id))}
            />
            <Plot key={`${model.value?.name} ${sensor.id}`} title={sensor.name || `sensor ${sensor.id}`} unit={sensor.unit} lines={outputs(sensor)} />
          </>
        )}
      </section>
      <section id="plot-solver" class="plot-block">
        <h4>Solver</h4>
        <Plot title="Solver" lines={[
          { name: 'contacts', read: () => latestState().contacts },
          { name: 'constraints', read: () => latestState().constraints },
          { name: 'iterations', read: () => latestState().iterations },
        ]} />
      </section>
      <section class="plot-block">
        <h4>Energy</h4>
        <Plot title="Energy" unit="J" lines={[
          { name: 'potential', read: () => latestState().energy?.[0] },
          { name: 'kinetic', read: () => latestState().energy?.[1] },
        ]} />
      </section>
      <section class="plot-block">
        <h4>Real-time factor</h4>
        <Plot title="Real-time factor" lines={[{ name: 'reached', read: () => latestState().rtf }]} zero />
      </section>
    </>
  );
}

function outputs({ address, dim, unit }: Sensor): Line[] {
  const names = dim === 3 ? ['x', 'y', 'z'] : dim === 4 ? ['w', 'x', 'y', 'z'] : null;
  return Array.from({ length: Math.min(dim, MOST_LINES) }, (_, at) => ({
    name: dim === 1 ? 'value' : (names?.[at] ?? String(at)),
    unit,
    read: () => latestState().sensors?.[address + at],
  }));
}

/** Lines against simulated time; their newest values stand below, so that nothing is told by colour alone. */
function Plot({ title, unit = '', lines, zero = false }: { title: string; unit?: string; lines: readonly Line[]; zero?: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef(0);
  const trail = useRef(new Trail(lines.length, KEPT));
  const look = theme.value;
  useEffect(() => {
    const at = place.current;
    if (!at) return;
    plot.current = new uPlot(options(at, lines, zero), trail.current.columns() as uPlot.AlignedData, at);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: at.clientWidth, height: HEIGHT }));
    observer.observe(at);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [look]);
  const now = sim.value;
  const values = lines.map((line) => line.read());
  useEffect(() => {
    if (now.time === undefined || !trail.current.push(now.time, values)) return;
    const at = performance.now();
    if (at - drawn.current < DRAW_EVERY_MS) return;
    drawn.current = at;
    plot.current?.setData(trail.current.columns() as uPlot.AlignedData);
  }, [now]);
  return (
    <figure class="plot">
      <div ref={place} class="plot-canvas" role="img" aria-label={`${title} over the last minute`} />
      <figcaption class="legend">
        {lines.map((line, at) => (
          <span key={line.name} class="legend-item">
            <span class={`legend-line line-${at}`} />
            {line.name}
            <span class="number">{values[at] === undefined ? '–' : short(values[at])}</span>
          </span>
        ))}
        {unit && <span class="unit">{unit}</span>}
      </figcaption>
    </figure>
  );
}

const HEIGHT = 130;

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : written(value, Math.abs(value) < 10 ? 0.001 : Math.abs(value) < 1000 ? 0.01 : 1);
}

function options(at: HTMLElement, lines: readonly Line[], zero: boolean): uPlot.Options {
  const style = getComputedStyle(at);
  const colour = (name: string) => {
    // A canvas knows no `light-dark()`: the element says what it comes to.
    at.style.setProperty('color', `var(${name})`);
    const resolved = style.color;
    at.style.removeProperty('color');
    return resolved;
  };
  const [ink, grid] = [colour('--ink-faint'), colour('--line')];
  const axis: uPlot.Axis = { stroke: ink, font: `11px ${style.fontFamily}`, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    width: at.clientWidth || 300,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 4, 0, 0],
    scales: { x: { time: false }, y: zero ? { range: (_u, _min, max) => [0, Math.max(1.2, max * 1.1)] } : {} },
    axes: [
      { ...axis, size: 22, values: (_u, splits) => splits.map((v) => `${Number(v.toFixed(2))} s`) },
      { ...axis, size: 44, values: (_u, splits) => splits.map((v) => tick(v)) },
    ],
    series: [{}, ...lines.map((line, index): uPlot.Series => ({ label: line.name, stroke: colour(`--plot-${index}`), width: 1.5, points: { show: false } }))],
  };
}

function tick(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${Number((value / 1000).toFixed(0))}k`;
  return size !== 0 && size < 0.01 ? value.toExponential(0) : String(Number(value.toFixed(3)));
}
