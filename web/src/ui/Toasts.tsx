import { toasts } from '../state';
import { dismiss } from '../toasts';
import { Icon } from './Icon';

export function Toasts() {
  return (
    <div class="toasts" role="log" aria-live="polite" aria-label="Messages">
      {toasts.value.map((t) => (
        <div key={t.id} class={`toast surface toast-${t.kind}`}>
          <Icon name={t.kind === 'error' ? 'warning' : 'check'} size={18} />
          <span>{t.text}</span>
          <button type="button" class="toast-close" aria-label="Dismiss" onClick={() => dismiss(t.id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
