type Codec = Pick<RTCRtpCodec, 'mimeType' | 'sdpFmtpLine'>;

/**
 * Orders codecs for the offer: H.264 first (non-interleaved before single-NAL packets), then the rest as
 * the browser ranks them. Retransmission and error correction entries keep their place at the end.
 */
export function preferH264<C extends Codec>(codecs: readonly C[]): C[] {
  return codecs
    .map((codec, index) => ({ codec, index, rank: rank(codec) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ codec }) => codec);
}

function rank(codec: Codec): number {
  const name = codec.mimeType.toLowerCase();
  if (name === 'video/h264') return codec.sdpFmtpLine?.includes('packetization-mode=1') ? 0 : 1;
  return /\/(rtx|red|ulpfec|flexfec-03)$/.test(name) ? 3 : 2;
}
