import { signal } from '@preact/signals';
import { askedToLook, focusStage } from '../app';
import { notices, type Notice } from '../notices';
import { health, role, streamEncoder } from '../state';
import { Icon } from './Icon';

const KEY = 'mjcast.dismissed';
const ICONS = { look: 'eye', slow: 'chip', amiss: 'warning' } as const;

/** What was dismissed stays so until the tab is closed. */
const dismissed = signal<readonly string[]>(stored());

/** How this works here, where that is less than it could be. */
export function Notices() {
  const all = notices({ health: health.value, encoder: streamEncoder.value, role: role.value, askedToLook });
  const shown = all.filter(({ id }) => !dismissed.value.includes(id));
  return (
    <>
      {shown.map((notice) => (
        <div key={notice.id} class={`banner banner-${notice.kind} surface`}>
          <Icon name={ICONS[notice.kind]} size={18} />
          <p>
            <strong>{notice.title}</strong> {notice.todo}
          </p>
          <button type="button" class="note-clear" aria-label={`Dismiss: ${notice.title}`} onClick={() => dismiss(notice)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </>
  );
}

function dismiss({ id }: Notice): void {
  dismissed.value = [...dismissed.peek(), id];
  // The button that had the focus is gone.
  focusStage();
  try {
    sessionStorage.setItem(KEY, JSON.stringify(dismissed.peek()));
  } catch {
    // Then it comes again with the next load.
  }
}

function stored(): string[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
