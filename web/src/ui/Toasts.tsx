import { embed } from '../app';
import { self, toasts, type Toast } from '../state';
import { dismiss } from '../toasts';
import { give, keep } from '../turns';
import { Icon } from './Icon';
import { Mark } from './Mark';

const ICONS = { error: 'warning', info: 'check', turn: 'people' } as const;

export function Toasts() {
  const { asker } = self.value;
  return (
    <div class="toasts" role="log" aria-live="polite" aria-label="Messages">
      {asker !== null && !embed && <Request key={`asks-${asker}`} asker={asker} />}
      {toasts.value.map((t) => (
        <div key={t.id} class={`toast surface toast-${t.kind}`}>
          <Icon name={ICONS[t.kind]} size={18} />
          <span class="toast-text">{t.text}</span>
          {t.action && !embed && <Action id={t.id} action={t.action} />}
          <button type="button" class="toast-close" aria-label="Dismiss" onClick={() => dismiss(t.id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

function Action({ id, action }: { id: number; action: NonNullable<Toast['action']> }) {
  const act = () => {
    dismiss(id);
    action.act();
  };
  return (
    <button type="button" class="small-button small-button-primary" onClick={act}>
      {action.label}
    </button>
  );
}

/** Another would like control: stays until it is answered, by a hand or by time. */
function Request({ asker }: { asker: string }) {
  return (
    <div id="request" class="toast request surface">
      <Mark id={asker} />
      <div class="request-text">
        <strong>{asker} asks for control</strong>
        <span>Without an answer it goes over in 10 s.</span>
      </div>
      <div class="request-acts">
        <button type="button" class="small-button" onClick={keep}>
          Keep
        </button>
        <button type="button" class="small-button small-button-primary" onClick={() => give(asker)}>
          Give
        </button>
      </div>
      <span class="request-left" aria-hidden="true" />
    </div>
  );
}
