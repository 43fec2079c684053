/** What this browser can decode, and by which of its means. */

import type { Outcome } from './legs';

const SIZE = { width: 1280, height: 720, bitrate: 4_000_000, framerate: 60 };
const CODECS = [
  { name: 'H.264', webrtc: 'video/H264', codec: 'avc1.4d0028' },
  { name: 'HEVC', webrtc: 'video/H265', codec: 'hev1.1.6.L120.B0' },
  { name: 'AV1', webrtc: 'video/AV1', codec: 'av01.0.08M.08' },
] as const;

export interface Decoder {
  name: string;
  /** Means that have it: WebRTC, WebCodecs, Media Source. */
  by: string[];
  /** Of WebRTC; undefined where the browser does not tell. */
  hardware?: boolean | undefined;
}

export async function decoders(): Promise<Decoder[]> {
  return Promise.all(
    CODECS.map(async ({ name, webrtc, codec }) => {
      const known = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.codecs ?? [];
      const rtc = known.some(({ mimeType }) => mimeType.toLowerCase() === webrtc.toLowerCase());
      const info = await navigator.mediaCapabilities
        ?.decodingInfo({ type: 'webrtc', video: { contentType: webrtc, ...SIZE } })
        .catch(() => undefined);
      const codecs = await globalThis.VideoDecoder?.isConfigSupported({ codec }).catch(() => undefined);
      const source = globalThis.MediaSource?.isTypeSupported(`video/mp4; codecs="${codec}"`);
      const by = [rtc && 'WebRTC', codecs?.supported && 'WebCodecs', source && 'Media Source'];
      return { name, by: by.filter((one) => typeof one === 'string'), hardware: rtc ? info?.powerEfficient : undefined };
    }),
  );
}

/** All of it in words. H.264 is what every stream can be sent in. */
export function verdict(all: Decoder[], secure: boolean): Outcome {
  const words = all.map(({ name, by, hardware }) => {
    return by.length > 0 ? `${name} by ${by.join(', ')}${hardware ? ' (hardware)' : ''}` : `no ${name}`;
  });
  const context = secure ? 'The page is secure' : 'The page is not secure, so there is no WebCodecs';
  const detail = `${words.join('; ')}. ${context}.`;
  return all.some(({ name, by }) => name === 'H.264' && by.length > 0) ? { kind: 'passed', detail } : { kind: 'failed', detail };
}
