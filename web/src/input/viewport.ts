/** Follows the size of the stage. */

export interface Viewport {
  /** CSS px. */
  width: number;
  height: number;
  /** Device pixels per CSS px. */
  dpr: number;
}

/** A window being dragged larger would otherwise restart the stream at every pixel. */
const SETTLE_MS = 150;

/** Calls `changed` when the stage has kept a new size for 150 ms; the returned function stops it. */
export function watchViewport(stage: HTMLElement, changed: () => void): () => void {
  let timer = 0;
  let told = JSON.stringify(viewportOf(stage));
  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const now = JSON.stringify(viewportOf(stage));
      if (now !== told) changed();
      told = now;
    }, SETTLE_MS);
  };
  const observer = new ResizeObserver(later);
  observer.observe(stage);
  return () => {
    observer.disconnect();
    window.clearTimeout(timer);
  };
}

export function viewportOf(stage: HTMLElement): Viewport {
  return {
    width: Math.max(1, Math.round(stage.clientWidth)),
    height: Math.max(1, Math.round(stage.clientHeight)),
    dpr: window.devicePixelRatio || 1,
  };
}
