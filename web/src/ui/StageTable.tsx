import type { Stage } from '../connection/latency';
import { BINS, STAGES, SUMS, type Spread, type Sum, type Summary } from '../connection/traces';
import { millis } from '../format';

export const STAGE_WORDS: Record<Stage, string> = {
  uplink: 'Way up',
  input: 'Input waits',
  state: 'Pose waits',
  render: 'Render',
  encode: 'Encode',
  network: 'Network',
  buffer: 'Buffer',
  decode: 'Decode',
  display: 'Display',
  send: 'Send',
  present: 'Present',
};

const SUM_WORDS: Record<Sum, string> = { hand: 'Hand to eye', pose: 'Pose to eye' };

const BAR_WIDTH = 3;
const HEIGHT = 15;

/** What the last ten seconds' frames took, stage by stage. All spreads have one axis, on which times double every two bars. */
export function StageTable({ traces }: { traces: Summary }) {
  return (
    <table class="stages">
      <caption class="sr-only">What each stage of a frame took, over the last ten seconds</caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <td aria-hidden="true" />
          <th scope="col">Median</th>
          <th scope="col">95 %</th>
        </tr>
      </thead>
      <tbody>
        {STAGES.map((stage) => (
          <Row key={stage} name={STAGE_WORDS[stage]} kind={stage} spread={traces[stage]} />
        ))}
      </tbody>
      <tbody class="sums">
        {SUMS.map((sum) => (
          <Row key={sum} name={SUM_WORDS[sum]} kind={sum} spread={traces[sum]} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ name, kind, spread }: { name: string; kind: string; spread: Spread | undefined }) {
  return (
    <tr id={`stage-${kind}`}>
      <th scope="row">
        <span class={`swatch delay-${kind}`} />
        {name}
      </th>
      <td aria-hidden="true">{spread && <Bars bins={spread.bins} />}</td>
      <td>{spread ? millis(spread.median_ms) : '–'}</td>
      <td>{spread ? millis(spread.p95_ms) : '–'}</td>
    </tr>
  );
}

function Bars({ bins }: { bins: number[] }) {
  const most = Math.max(...bins);
  return (
    <svg class="bars" width={BINS * BAR_WIDTH} height={HEIGHT}>
      {bins.map((count, at) => {
        if (count === 0) return null;
        // What is rare shall be seen, too.
        const height = Math.max(2, (count / most) * HEIGHT);
        return <rect key={at} x={at * BAR_WIDTH} y={HEIGHT - height} width={BAR_WIDTH - 1} height={height} rx="1" />;
      })}
    </svg>
  );
}
