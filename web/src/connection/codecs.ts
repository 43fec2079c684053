type Codec = Pick<RTCRtpCodec, 'mimeType' | 'sdpFmtpLine'>;

/** Codecs that take fewer bits than H.264 for the same picture, best first. */
const BETTER = ['video/av1', 'video/h265'];
/** A large stream: who decodes it in hardware decodes any. */
const LARGE = { width: 1920, height: 1080, bitrate: 8_000_000, framerate: 60 };
const PATIENCE_MS = 200;

/**
 * Those better codecs that this browser decodes in hardware. In software they would cost the viewer more
 * processor time and latency than they save in bits.
 */
export async function efficientCodecs(media: MediaCapabilities | undefined): Promise<string[]> {
  const efficient = BETTER.map(async (contentType) => {
    try {
      const info = await media?.decodingInfo({ type: 'webrtc', video: { contentType, ...LARGE } });
      return info?.supported && info.smooth && info.powerEfficient ? [contentType] : [];
    } catch {
      // Not every browser knows how to tell.
      return [];
    }
  });
  // Nobody waits for a picture because of a question that a browser does not answer.
  const patience = new Promise<string[][]>((resolve) => setTimeout(resolve, PATIENCE_MS, []));
  return (await Promise.race([Promise.all(efficient), patience])).flat();
}

/**
 * Orders codecs for the offer: those of `efficient`, then H.264 (non-interleaved before single-NAL packets),
 * then the rest as the browser ranks them. Retransmission and error correction entries keep their place at
 * the end.
 */
export function rankCodecs<C extends Codec>(codecs: readonly C[], efficient: readonly string[]): C[] {
  return codecs
    .map((codec, index) => ({ codec, index, rank: rank(codec, efficient) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ codec }) => codec);
}

function rank(codec: Codec, efficient: readonly string[]): number {
  const name = codec.mimeType.toLowerCase();
  const liked = efficient.indexOf(name);
  if (liked >= 0) return liked - efficient.length;
  if (name === 'video/h264') return codec.sdpFmtpLine?.includes('packetization-mode=1') ? 0 : 1;
  return /\/(rtx|red|ulpfec|flexfec-03)$/.test(name) ? 3 : 2;
}
