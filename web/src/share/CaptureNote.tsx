import { useEffect, useState } from 'preact/hooks';
import { clock } from '../format';
import { capturing } from '../state';
import { stopCapture } from './capture';
import './share.css';

/** Says that what is seen is recorded, for how long, and ends it. */
export function CaptureNote() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, []);
  if (capturing.value === null) return null;
  const time = clock(Math.max(0, Math.floor((now - capturing.value) / 1000))).replace(/\.00$/, '');
  return (
    <div id="capture" class="capture surface">
      <span class="capture-dot" aria-hidden="true" />
      <span role="status">
        Recording<span class="sr-only"> what you see</span>
      </span>
      <span class="capture-time" aria-hidden="true">
        {time} s
      </span>
      <button type="button" class="small-button" onClick={stopCapture}>
        Stop and save
      </button>
    </div>
  );
}
