/** What buttons and menus do beyond a single command. */

import { picture } from '../app';
import { download } from '../video';
import { fullscreen, sim } from '../state';
import { toast } from '../toasts';
import { sceneName } from './sceneName';

export const canFullscreen = document.fullscreenEnabled === true;

document.addEventListener('fullscreenchange', () => {
  fullscreen.value = document.fullscreenElement !== null;
});

export function toggleFullscreen(): void {
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen({ navigationUI: 'hide' });
  change.catch(() => toast('error', 'The browser refused full screen.'));
}

export function takePicture(): void {
  void picture().then((blob) => {
    if (!blob) return toast('error', 'There is no picture yet.');
    const scene = sceneName.value.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    download(blob, `mjcast-${scene}-${(sim.value.time ?? 0).toFixed(2)}s.png`);
  });
}
