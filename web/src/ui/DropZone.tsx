import { useEffect } from 'preact/hooks';
import { dropping, mayControl } from '../state';
import { toast } from '../toasts';
import { openFile } from './actions';
import { Icon } from './Icon';

/** Takes MJCF files dropped anywhere on the page. */
export function DropZone() {
  useEffect(watchDrops, []);
  if (!dropping.value) return null;
  return (
    <div class="drop" aria-hidden="true">
      <div class="drop-frame">
        <Icon name="upload" size={40} />
        <p>Drop an MJCF file to load it</p>
      </div>
    </div>
  );
}

function watchDrops(): () => void {
  const stop = new AbortController();
  const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) =>
    window.addEventListener(type, listener, { signal: stop.signal });
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const over = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    dropping.value = true;
  };
  on('dragenter', over);
  on('dragover', over);
  on('dragleave', (event) => {
    if (event.relatedTarget === null) dropping.value = false;
  });
  on('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    dropping.value = false;
    const [file, ...others] = event.dataTransfer?.files ?? [];
    if (!mayControl.value) toast('error', 'You may look, but not load scenes here.');
    else if (others.length > 0) toast('error', 'Drop one file at a time.');
    else if (file) void openFile(file);
  });
  return () => stop.abort();
}
