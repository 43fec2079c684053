import { useEffect, useRef } from 'preact/hooks';
import { start } from '../app';
import { live } from '../state';
import { drawn } from '../tiles/layout';
import { Cursors } from './Cursors';
import { Lazy } from './Lazy';

/** The picture, and the place that takes the mouse, fingers and keys. */
export function Stage() {
  const stage = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!stage.current || !video.current || !still.current) return;
    return start(stage.current, video.current, still.current);
  }, []);
  return (
    <div
      id="stage"
      class={live.value ? 'stage' : 'stage stage-still'}
      ref={stage}
      tabIndex={0}
      role="application"
      aria-label="Simulation view. Press F1 for keys, Tab for the controls."
      aria-describedby="stage-summary"
    >
      <canvas ref={still} class="still" aria-hidden="true" />
      <video id="remote-video" ref={video} muted autoPlay playsInline disablePictureInPicture tabIndex={-1} />
      {live.value && drawn.value === 'depth' && <Lazy load={() => import('../tiles/DepthView').then((m) => m.DepthView)} />}
      {live.value && <Cursors />}
    </div>
  );
}
