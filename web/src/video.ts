/** The video element: shows a stream, counts its frames, takes pictures of it. */

/** Smoothing of the receive-to-display time over a few looks. */
const SMOOTHING = 0.25;

/**
 * From one look at a frame to the next, ms: each makes the browser run style, layout and paint for the frame,
 * ten times as long as all that the page itself does meanwhile.
 */
const LOOK_EVERY_MS = 250;

/** Playing on for so long without a word of frames means that there will be none, `timeupdate` events. */
const SILENT = 3;

/** Streams have even sides, so their shape differs a little from the window's: up to this is stretched away. */
const STRETCH = 0.01;

/** Tells of a frame that is shown, where the browser does; `refresh_ms` is when the screen's refresh with it began. */
type Presented = (frame?: VideoFrameCallbackMetadata, refresh_ms?: number) => void;

export class Screen {
  readonly element: HTMLVideoElement;
  /** Lies under the video and holds its last frame while there is no stream: browsers blank an ended one. */
  readonly #still: HTMLCanvasElement;
  readonly #presented: Presented;
  /** Of the media source that is shown. */
  #url: string | null = null;
  /** Of the streams before this one. */
  #framesBefore = 0;
  #counted = 0;
  #timer = 0;
  #looking = false;
  #every = false;
  /** How often the video has played on since it told of a frame. */
  #silent = 0;
  receiveToDisplay_ms: number | undefined;

  constructor(element: HTMLVideoElement, still: HTMLCanvasElement, presented: Presented) {
    this.element = element;
    this.#still = still;
    this.#presented = presented;
    element.addEventListener('resize', () => this.#fit());
    // Also when another view closes, which no window tells of.
    new ResizeObserver(() => this.#fit()).observe(element);
    this.look();
    // There are browsers without the callback, and such that have it and never call it.
    element.addEventListener('timeupdate', () => {
      this.#silent += 1;
      if (this.#silent >= SILENT && element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.#count();
    });
  }

  /** Frames shown since the page was opened. */
  get frames(): number {
    return this.#framesBefore + this.#ofStream;
  }

  /** Browsers count from the beginning of each stream. */
  get #ofStream(): number {
    return Math.max(this.#counted, this.element.getVideoPlaybackQuality?.().totalVideoFrames ?? 0);
  }

  /** Whether each frame is told of, as measuring them needs; else a few a second are. */
  set everyFrame(on: boolean) {
    this.#every = on;
    if (on) this.look();
  }

  /** Tells of the next frame. */
  look(): void {
    const { element } = this;
    if (this.#looking || !('requestVideoFrameCallback' in element)) return;
    window.clearTimeout(this.#timer);
    this.#looking = true;
    element.requestVideoFrameCallback((now, frame) => {
      this.#looking = false;
      this.#silent = 0;
      if (frame.receiveTime !== undefined) this.#measure(frame.expectedDisplayTime - frame.receiveTime);
      this.#count(frame, now);
      if (this.#every) this.look();
      else this.#timer = window.setTimeout(() => this.look(), LOOK_EVERY_MS);
    });
  }

  show(source: MediaStream | MediaSource): void {
    const { element } = this;
    this.#framesBefore += this.#ofStream;
    this.#counted = 0;
    const before = this.#url;
    this.#url = source instanceof MediaStream ? null : URL.createObjectURL(source);
    if (source instanceof MediaStream) {
      element.removeAttribute('src');
      element.srcObject = source;
    } else if (this.#url) {
      element.srcObject = null;
      element.src = this.#url;
    }
    if (before) URL.revokeObjectURL(before);
    this.receiveToDisplay_ms = undefined;
    // Muted video may always play; a refusal shows as a still first frame, and any touch mends it.
    void element.play().catch(() => undefined);
    this.look();
  }

  /** The current picture as PNG; `null` before the first frame. */
  picture(): Promise<Blob | null> {
    const canvas = document.createElement('canvas');
    if (!this.#draw(canvas)) return Promise.resolve(null);
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  }

  keepLast(): void {
    this.#draw(this.#still);
  }

  #draw(canvas: HTMLCanvasElement): boolean {
    const { videoWidth, videoHeight, readyState } = this.element;
    if (videoWidth === 0 || readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return false;
    canvas.width = videoWidth;
    canvas.height = videoHeight;
    canvas.getContext('2d')?.drawImage(this.element, 0, 0);
    return true;
  }

  /** Fills the stage where the picture has its shape; otherwise bars show what is missing. */
  #fit(): void {
    const { videoWidth, videoHeight, clientWidth, clientHeight } = this.element;
    const ratio = (videoWidth * clientHeight) / (videoHeight * clientWidth);
    this.element.classList.toggle('fills', Math.abs(ratio - 1) < STRETCH);
  }

  #measure(ms: number): void {
    if (!(ms >= 0 && ms < 10_000)) return;
    const before = this.receiveToDisplay_ms ?? ms;
    this.receiveToDisplay_ms = before + SMOOTHING * (ms - before);
  }

  #count(frame?: VideoFrameCallbackMetadata, refresh_ms?: number): void {
    this.#counted += 1;
    this.#presented(frame, refresh_ms);
  }
}

/** Hands a file to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
