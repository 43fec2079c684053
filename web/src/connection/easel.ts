/** Puts pictures where a `<video>` shows them, so that nothing else of the page need know how they came. */

/** Chromium's; other browsers have it in workers only, under another name. */
interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
declare const MediaStreamTrackGenerator: (new (init: { kind: 'video' }) => TrackGenerator) | undefined;

export interface Easel {
  readonly stream: MediaStream;
  /** Shows a frame, and closes it. */
  put(frame: VideoFrame): void;
  close(): void;
}

export function easel(): Easel {
  return typeof MediaStreamTrackGenerator === 'undefined' ? new CanvasEasel() : new TrackEasel(MediaStreamTrackGenerator);
}

class TrackEasel implements Easel {
  readonly stream: MediaStream;
  readonly #track: TrackGenerator;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;

  constructor(Generator: new (init: { kind: 'video' }) => TrackGenerator) {
    this.#track = new Generator({ kind: 'video' });
    this.#writer = this.#track.writable.getWriter();
    this.stream = new MediaStream([this.#track]);
  }

  put(frame: VideoFrame): void {
    // A video that takes nothing, because the tab is hidden, gets the next.
    if ((this.#writer.desiredSize ?? 0) <= 0) return frame.close();
    this.#writer.write(frame).catch(() => frame.close());
  }

  close(): void {
    this.#track.stop();
    this.#writer.abort().catch(() => undefined);
  }
}

/** At most so many pictures a second are shown. Without a number WebKit captures next to nothing. */
const MOST_PER_S = 120;

export class CanvasEasel implements Easel {
  readonly stream: MediaStream;
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d', { alpha: false });

  constructor() {
    this.stream = this.#canvas.captureStream(MOST_PER_S);
  }

  put(frame: VideoFrame): void {
    this.draw(frame, frame.displayWidth, frame.displayHeight);
    frame.close();
  }

  draw(image: CanvasImageSource, width: number, height: number): void {
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#context?.drawImage(image, 0, 0);
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
