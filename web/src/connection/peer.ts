/** One WebRTC peer: receives the video, carries messages on three data channels. */

import type { ClientMessage } from '../protocol/client';
import { parseServerMessage, type ServerMessage } from '../protocol/server';
import { rankCodecs } from './codecs';
import { Vigil } from './pulse';
import type { Snapshot } from './stats';

/** For messages where only the newest counts. */
const LOSSY: RTCDataChannelInit = { ordered: false, maxRetransmits: 0 };
/** Pointer moves are dropped rather than queued behind more than this. */
const INPUT_BACKLOG_BYTES = 4_096;

export interface PeerEvents {
  candidate(candidate: RTCIceCandidateInit | null): void;
  message(message: ServerMessage): void;
  stream(stream: MediaStream): void;
  state(state: RTCPeerConnectionState): void;
  /** The connection carries nothing any more, or again. */
  pulse(flows: boolean): void;
  /** Time of a ping's round trip, ms. */
  roundTrip?(ms: number): void;
}

export class Peer {
  readonly pc: RTCPeerConnection;
  readonly #receiver: RTCRtpReceiver;
  readonly #input: RTCDataChannel;
  readonly #control: RTCDataChannel;
  #stamps = false;
  /** Candidates that came before the answer. */
  #early: (RTCIceCandidateInit | null)[] | null = [];
  /** From the first connection on. */
  #vigil: Vigil | null = null;
  /** Bytes that had arrived when it was last looked. */
  #bytes = 0;

  /** `efficient` as `efficientCodecs` gives it. */
  constructor(
    iceServers: RTCIceServer[],
    efficient: readonly string[],
    events: PeerEvents,
    iceTransportPolicy: RTCIceTransportPolicy = 'all',
  ) {
    const pc = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle', iceTransportPolicy });
    this.pc = pc;
    pc.onicecandidate = ({ candidate }) => events.candidate(candidate?.toJSON() ?? null);
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'connected') this.#vigil ??= new Vigil(() => void this.#ask(), (flows) => events.pulse(flows));
      events.state(pc.connectionState);
    };
    pc.ontrack = ({ track, streams }) => events.stream(streams[0] ?? new MediaStream([track]));

    const video = pc.addTransceiver('video', { direction: 'recvonly' });
    this.#receiver = video.receiver;
    offerCodecs(video, efficient);
    playAtOnce(video.receiver);

    this.#input = pc.createDataChannel('input', LOSSY);
    this.#control = pc.createDataChannel('control');
    this.#control.onopen = () => this.#stamps && this.tellStamps(true);
    const state = pc.createDataChannel('state', LOSSY);
    for (const channel of [this.#input, this.#control, state]) {
      channel.onmessage = ({ data }) => {
        const message = parseServerMessage(data);
        const trip_ms = message?.type === 'pong' && message.t !== undefined ? performance.now() - message.t : undefined;
        this.#vigil?.heard(trip_ms);
        if (trip_ms !== undefined) events.roundTrip?.(trip_ms);
        if (message && message.type !== 'pong') events.message(message);
      };
    }
  }

  /** Makes the offer without waiting for candidates: they trickle. */
  async offer(): Promise<string> {
    await this.pc.setLocalDescription();
    return this.pc.localDescription?.sdp ?? '';
  }

  /** Makes an offer for the same connection on whatever addresses there are now. */
  async offerAnew(): Promise<string> {
    this.#early ??= [];
    this.pc.restartIce();
    return this.offer();
  }

  async accept(sdp: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: 'answer', sdp });
    playAtOnce(this.#receiver);
    const early = this.#early ?? [];
    this.#early = null;
    for (const candidate of early) await this.addCandidate(candidate);
  }

  async addCandidate(candidate: RTCIceCandidateInit | null): Promise<void> {
    if (this.#early) this.#early.push(candidate);
    // One unusable candidate (an unknown transport, say) must not end the attempt.
    else await this.pc.addIceCandidate(candidate).catch(() => undefined);
  }

  /** Sends over the reliable channel; says whether it was open. */
  sendControl(message: ClientMessage): boolean {
    if (this.#control.readyState !== 'open') return false;
    this.#control.send(JSON.stringify(message));
    return true;
  }

  /** Sends over the lossy channel, or drops the message when it lags; says whether it was open. */
  sendInput(message: ClientMessage): boolean {
    if (this.#input.readyState !== 'open') return false;
    if (this.#input.bufferedAmount < INPUT_BACKLOG_BYTES) this.#input.send(JSON.stringify(message));
    return true;
  }

  /** Asks to be told when frames were where, or no longer; once the channel is open where it is not yet. */
  tellStamps(on: boolean): void {
    this.#stamps = on;
    this.sendControl({ type: 'stamps', on });
  }

  async statistics(): Promise<Snapshot | null> {
    const [report, { snapshot }] = await Promise.all([this.pc.getStats(), import('./stats')]);
    return snapshot(report.values(), performance.now());
  }

  /** Makes the daemon answer, and looks whether anything has arrived meanwhile, a packet of the video included. */
  async #ask(): Promise<void> {
    this.sendInput({ type: 'ping', t: performance.now() });
    const report = await this.pc.getStats().catch(() => null);
    if (!report) return;
    let bytes = 0;
    for (const entry of report.values()) {
      if (entry.type === 'transport') bytes += entry.bytesReceived ?? 0;
    }
    if (bytes > this.#bytes && this.#bytes > 0) this.#vigil?.heard();
    this.#bytes = bytes;
  }

  close(): void {
    this.#vigil?.stop();
    this.pc.onicecandidate = null;
    this.pc.onconnectionstatechange = null;
    this.pc.ontrack = null;
    this.pc.close();
  }
}

/** Whether the daemon can answer: what it sends is H.264 at least. Only an offer tells: some browsers fetch their decoder. */
export function hasH264(sdp: string): boolean {
  return /^a=rtpmap:\d+ H264\//im.test(sdp);
}

function offerCodecs(video: RTCRtpTransceiver, efficient: readonly string[]): void {
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs;
  if (!codecs || !('setCodecPreferences' in video)) return;
  try {
    video.setCodecPreferences(rankCodecs(codecs, efficient));
  } catch {
    // The browser's own order then stands; the daemon still picks H.264 from it.
  }
}

/** Asks for no smoothing delay: an interactive picture wants each frame as it comes. */
function playAtOnce(receiver: RTCRtpReceiver): void {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
}
