import { openEditor } from '../editor/open';
import { errorLine, excerpt } from '../scenes';
import { sceneError } from '../state';
import { TextButton } from './Button';
import { Dialog } from './Dialog';

/** Why a scene was refused, with the place in its source. */
export function SceneErrorDialog() {
  const error = sceneError.value;
  if (!error) return null;
  const close = () => (sceneError.value = null);
  const line = errorLine(error.detail);
  return (
    <Dialog title={`${error.name} could not be loaded`} class="scene-error" close={close}>
      <p class="scene-error-detail">{error.detail}</p>
      {line !== undefined && (
        <ol class="source" aria-label={`Source around line ${line}`}>
          {excerpt(error.source, line).map((l) => (
            <li key={l.number} class={l.marked ? 'source-line source-marked' : 'source-line'}>
              <span class="source-number">{l.number}</span>
              <code>{l.text || ' '}</code>
            </li>
          ))}
        </ol>
      )}
      <footer>
        <p>The scene before keeps running.</p>
        <div class="scene-error-acts">
          {error.source !== '' && (
            <TextButton
              onPress={() => {
                close();
                openEditor({ text: error.source });
              }}
            >
              Mend it in the editor
            </TextButton>
          )}
          <TextButton primary onPress={close}>
            Close
          </TextButton>
        </div>
      </footer>
    </Dialog>
  );
}
