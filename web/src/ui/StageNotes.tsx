import { run } from '../app';
import { live, mayControl, selected, self } from '../state';
import { follow } from '../turns';
import { Icon, type IconName } from './Icon';

/** What is going on in the picture: the selected body, and who is followed. */
export function StageNotes() {
  const body = live.value ? selected.value : null;
  const leader = live.value ? self.value.self?.follows : undefined;
  return (
    <div class="notes" role="status" aria-live="polite">
      {body && (
        <Note
          id="selection"
          class={body.held ? 'note-held' : ''}
          icon="target"
          words={body.held ? 'Holding' : 'Selected'}
          name={body.name || `body ${body.body}`}
          clear={mayControl.value ? { label: 'Select nothing', act: () => void run('select') } : undefined}
        />
      )}
      {leader && (
        <Note
          id="following"
          icon="eye"
          words="Following"
          name={leader}
          clear={{ label: `Stop following ${leader}`, act: () => follow(null) }}
        />
      )}
    </div>
  );
}

interface NoteProps {
  id: string;
  icon: IconName;
  words: string;
  name: string;
  class?: string;
  clear?: { label: string; act: () => void } | undefined;
}

function Note({ id, icon, words, name, clear, ...rest }: NoteProps) {
  return (
    <div id={id} class={`note surface ${rest.class ?? ''}`}>
      <Icon name={icon} size={16} />
      <span class="note-words">{words}</span>
      <span class="note-name">{name}</span>
      {clear && (
        <button type="button" class="note-clear" aria-label={clear.label} title={clear.label} onClick={clear.act}>
          <Icon name="close" size={14} />
        </button>
      )}
    </div>
  );
}
