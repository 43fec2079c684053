import { useEffect } from 'preact/hooks';
import { reopenEditor, takeFiles } from '../editor/open';
import { dropping } from '../state';
import { Icon } from './Icon';

/** Takes models dropped anywhere on the page: files, folders, archives. */
export function DropZone() {
  useEffect(() => {
    reopenEditor();
    return watchDrops();
  }, []);
  if (!dropping.value) return null;
  return (
    <div class="drop" aria-hidden="true">
      <div class="drop-frame">
        <Icon name="upload" size={40} />
        <p>Drop a model to load it</p>
        <p class="drop-kinds">MJCF or URDF, a zip archive, or a folder with meshes and textures</p>
      </div>
    </div>
  );
}

function watchDrops(): () => void {
  const stop = new AbortController();
  // Before the editor, which would insert a dropped file's text.
  const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) =>
    window.addEventListener(type, listener, { signal: stop.signal, capture: true });
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
    event.stopPropagation();
    dropping.value = false;
    // Entries are gone once the event is over.
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
    takeFiles({ entries, files: [...(event.dataTransfer?.files ?? [])] });
  });
  return () => stop.abort();
}
