import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { size } from './files';
import { Glyph } from './Glyph';
import { cancel, going } from './take';

/** A model on its way: how far it is, what is to be chosen, and why it was refused. */
export function Uploads() {
  const now = going.value;
  if (!now) return null;
  switch (now.kind) {
    case 'choosing':
      return (
        <Dialog title="Which model is meant?" class="roots" close={cancel}>
          <p class="roots-words">{now.name} has several. Choose the one to run.</p>
          <ul class="roots-list">
            {now.roots.map((root) => (
              <li key={root}>
                <button type="button" class="menu-item" onClick={() => now.choose(root)}>
                  <Glyph name="model" />
                  <span class="roots-name">{root}</span>
                </button>
              </li>
            ))}
          </ul>
        </Dialog>
      );
    case 'refused':
      return (
        <Dialog title={`${now.name} could not be loaded`} class="scene-error" close={cancel}>
          <p class="scene-error-detail">{now.detail}</p>
          <footer>
            <p>The scene before keeps running.</p>
            <button type="button" class="text-button text-button-primary" onClick={cancel}>Close</button>
          </footer>
        </Dialog>
      );
    default:
      return (
        <div class="upload surface" role="status">
          <div class="upload-words">
            {now.kind === 'reading' ? 'Reading the files …' : (
              <>
                <strong>{now.name}</strong>
                <span>{now.kind === 'sending' ? `${size(now.bytes * now.share)} of ${size(now.bytes)}` : 'Checking and compiling …'}</span>
              </>
            )}
          </div>
          <progress class="upload-bar" max={1} value={now.kind === 'sending' ? now.share : undefined} aria-label="Upload" />
          <button type="button" class="icon-button" aria-label="Cancel" onClick={cancel}><Icon name="close" size={18} /></button>
        </div>
      );
  }
}
