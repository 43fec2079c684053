/** What buttons and menus do beyond a single command. */

import { loadXml, picture } from '../app';
import { download } from '../video';
import { fullscreen, sim } from '../state';
import { toast } from '../toasts';
import { sceneName } from './sceneName';

/** Larger texts are refused by the daemon; reading them would only freeze the page. */
const LARGEST_XML_BYTES = 32 * 1024 * 1024;

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

export async function openFile(file: File): Promise<void> {
  if (!/\.(xml|mjcf|urdf)$/i.test(file.name)) {
    toast('error', `${file.name} is not an MJCF file; choose one that ends in .xml.`);
  } else if (file.size > LARGEST_XML_BYTES) {
    toast('error', `${file.name} is larger than 32 MB.`);
  } else {
    await loadXml(file.name, await file.text());
  }
}
