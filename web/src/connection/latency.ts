/** The delay between a pose and its light on the screen, split into the stages it passes. */

import { STAGES, type Summary, type TraceStage } from './traces';

export type Stage = TraceStage | 'buffer' | 'display';

export interface Latency {
  total_ms: number;
  stages: { stage: Stage; ms: number }[];
}

export interface Measured {
  render_ms?: number | undefined;
  encode_ms?: number | undefined;
  rtt_ms?: number | undefined;
  buffer_ms?: number | undefined;
  decode_ms?: number | undefined;
  /** From the last packet of a frame to its display, as the browser reports it. */
  receiveToDisplay_ms?: number | undefined;
}

/**
 * Sums what is known; `null` before anything of the path is measured. The network counts half a round
 * trip; the display stage is what the browser's own receive-to-display time has beyond buffer and decoder.
 */
export function latency(m: Measured): Latency | null {
  if (m.rtt_ms === undefined && m.buffer_ms === undefined) return null;
  const local = (m.buffer_ms ?? 0) + (m.decode_ms ?? 0);
  const known: [Stage, number | undefined][] = [
    ['render', m.render_ms],
    ['encode', m.encode_ms],
    ['network', m.rtt_ms === undefined ? undefined : m.rtt_ms / 2],
    ['buffer', m.buffer_ms],
    ['decode', m.decode_ms],
    ['display', m.receiveToDisplay_ms === undefined ? undefined : Math.max(0, m.receiveToDisplay_ms - local)],
  ];
  const stages = known.flatMap(([stage, ms]) => (ms === undefined ? [] : [{ stage, ms: Math.max(0, ms) }]));
  return { total_ms: stages.reduce((sum, s) => sum + s.ms, 0), stages };
}

/** The same as it was measured, frame by frame; `null` where it was not. */
export function measured(traces: Summary): Latency | null {
  if (!traces.pose) return null;
  const passed = STAGES.filter((stage) => stage !== 'uplink' && stage !== 'input');
  const stages = passed.map((stage) => ({ stage, ms: traces[stage]?.median_ms ?? 0 }));
  return { total_ms: traces.pose.median_ms, stages };
}
