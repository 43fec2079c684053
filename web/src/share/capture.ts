/** Records what the page shows, on this device. */

import { signal } from '@preact/signals';
import { screenElement } from '../app';
import { capturing } from '../state';
import { toast } from '../toasts';
import { sceneName } from '../ui/sceneName';
import { download } from '../video';

/** It is kept in memory until it is saved. */
const MOST_BYTES = 512 * 1024 * 1024;
const PIECE_MS = 1_000;
/** Best first: what players and editors open most readily. */
const KINDS = ['video/mp4;codecs=avc1.640028', 'video/mp4', 'video/webm;codecs=vp9', 'video/webm'];

export const size_bytes = signal(0);

let recorder: MediaRecorder | null = null;

type Capturing = HTMLVideoElement & { captureStream?(): MediaStream; mozCaptureStream?(): MediaStream };

export function startCapture(): void {
  if (recorder) return;
  const stream = streamOf(screenElement());
  const kind = 'MediaRecorder' in window ? KINDS.find((one) => MediaRecorder.isTypeSupported(one)) : undefined;
  if (!stream || !kind) {
    return toast('error', 'This browser cannot record what it shows. Record on the server instead: panels, Recordings.');
  }
  const pieces: Blob[] = [];
  try {
    recorder = new MediaRecorder(stream, { mimeType: kind, videoBitsPerSecond: 12_000_000 });
    recorder.start(PIECE_MS);
  } catch {
    recorder = null;
    return toast('error', 'The browser refused to record. Try again while the picture moves.');
  }
  size_bytes.value = 0;
  recorder.ondataavailable = ({ data }) => {
    pieces.push(data);
    size_bytes.value += data.size;
    if (size_bytes.peek() > MOST_BYTES) stopCapture();
  };
  recorder.onstop = () => {
    recorder = null;
    capturing.value = null;
    save(pieces, kind);
  };
  capturing.value = Date.now();
}

export function stopCapture(): void {
  if (recorder?.state === 'recording') recorder.stop();
}

function save(pieces: Blob[], kind: string): void {
  const type = kind.split(';')[0]!;
  const whole = new Blob(pieces, { type });
  if (whole.size === 0) return toast('error', 'Nothing was recorded: no picture came meanwhile.');
  const scene = sceneName.value.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  download(whole, `mjcast-${scene}.${type.split('/')[1]}`);
  toast('info', 'The recording is among your downloads.');
}

function streamOf(video: Capturing | undefined): MediaStream | null {
  if (!video) return null;
  if (video.srcObject instanceof MediaStream) return video.srcObject;
  return video.captureStream?.() ?? video.mozCaptureStream?.() ?? null;
}
