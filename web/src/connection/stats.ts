/** Stream figures from WebRTC statistics. Counters become rates by comparing two snapshots. */

import { compact, finite, text } from '../protocol/fields';

export interface Snapshot {
  at_ms: number;
  framesDecoded: number;
  framesDropped: number;
  bytes: number;
  packetsReceived: number;
  packetsLost: number;
  jitterBufferDelay_s: number;
  jitterBufferEmitted: number;
  decodeTime_s: number;
  width?: number;
  height?: number;
  codec?: string;
  decoder?: string;
  rtt_ms?: number;
  /** How packets travel, for example `UDP` or `TCP relay`. */
  path?: string;
}

export interface Figures {
  fps: number;
  bitrate_bps: number;
  /** Share of packets lost, [0, 1]. */
  loss: number;
  /** Mean wait in the jitter buffer, ms; absent when no frame passed. */
  buffer_ms?: number;
  /** Mean decoding time, ms; absent when no frame passed. */
  decode_ms?: number;
}

/** The members of RTC statistics that are read here; every browser leaves out some. */
interface Entry {
  id: string;
  type: string;
  [name: string]: unknown;
}

/** Condenses a statistics report; `null` while no video has been received. */
export function snapshot(report: Iterable<Entry>, at_ms: number): Snapshot | null {
  const byId = new Map<string, Entry>();
  for (const entry of report) byId.set(entry.id, entry);
  const entries = [...byId.values()];
  const video = entries.find((e) => e.type === 'inbound-rtp' && e['kind'] === 'video');
  if (!video) return null;

  const count = (name: string) => (typeof video[name] === 'number' ? (video[name] as number) : 0);
  const pair = selectedPair(entries, byId);
  return {
    at_ms,
    framesDecoded: count('framesDecoded'),
    framesDropped: count('framesDropped'),
    bytes: count('bytesReceived'),
    packetsReceived: count('packetsReceived'),
    packetsLost: count('packetsLost'),
    jitterBufferDelay_s: count('jitterBufferDelay'),
    jitterBufferEmitted: count('jitterBufferEmittedCount'),
    decodeTime_s: count('totalDecodeTime'),
    ...compact<{ width?: number; height?: number; decoder?: string }>({
      width: finite(video['frameWidth']),
      height: finite(video['frameHeight']),
      decoder: text(video['decoderImplementation']),
    }),
    ...codecName(byId.get(String(video['codecId']))),
    ...roundTrip(pair),
    ...pathOf(pair, byId),
  };
}

/** Rates between two snapshots of the same connection. */
export function figures(before: Snapshot, after: Snapshot): Figures {
  const seconds = Math.max(0.001, (after.at_ms - before.at_ms) / 1000);
  const frames = Math.max(0, after.framesDecoded - before.framesDecoded);
  const emitted = after.jitterBufferEmitted - before.jitterBufferEmitted;
  const received = Math.max(0, after.packetsReceived - before.packetsReceived);
  const lost = Math.max(0, after.packetsLost - before.packetsLost);
  return {
    fps: frames / seconds,
    bitrate_bps: (Math.max(0, after.bytes - before.bytes) * 8) / seconds,
    loss: lost === 0 ? 0 : lost / (lost + received),
    ...(emitted > 0 && {
      buffer_ms: ((after.jitterBufferDelay_s - before.jitterBufferDelay_s) / emitted) * 1000,
    }),
    ...(frames > 0 && { decode_ms: ((after.decodeTime_s - before.decodeTime_s) / frames) * 1000 }),
  };
}

function selectedPair(entries: Entry[], byId: Map<string, Entry>): Entry | undefined {
  const transport = entries.find((e) => e.type === 'transport' && e['selectedCandidatePairId']);
  const chosen = transport && byId.get(String(transport['selectedCandidatePairId']));
  return (
    chosen ??
    entries.find((e) => e.type === 'candidate-pair' && e['nominated'] === true && e['state'] === 'succeeded')
  );
}

function codecName(codec: Entry | undefined): { codec?: string } {
  const mime = codec?.['mimeType'];
  if (typeof mime !== 'string') return {};
  const name = mime.replace(/^video\//i, '');
  return { codec: name.toUpperCase() === 'H264' ? 'H.264' : name };
}

function roundTrip(pair: Entry | undefined): { rtt_ms?: number } {
  const seconds = pair?.['currentRoundTripTime'];
  return typeof seconds === 'number' ? { rtt_ms: seconds * 1000 } : {};
}

function pathOf(pair: Entry | undefined, byId: Map<string, Entry>): { path?: string } {
  const local = pair && byId.get(String(pair['localCandidateId']));
  const remote = pair && byId.get(String(pair['remoteCandidateId']));
  if (!local || !remote) return {};
  const protocol = String(local['protocol'] ?? 'udp').toUpperCase();
  const relayed = local['candidateType'] === 'relay' || remote['candidateType'] === 'relay';
  return { path: relayed ? `${protocol} relay` : protocol };
}
