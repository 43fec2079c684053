import { computed } from '@preact/signals';
import { describe } from '../phases';
import { factor } from '../format';
import { paused, phase, role, speed } from '../state';
import { sceneName } from './sceneName';

/** Without the seconds, which would be read out again and again. */
const connection = computed(() => {
  if (phase.value.kind === 'waiting') return `Reconnecting. ${describe(phase.value, phase.value.retryAt_ms).detail}`;
  const { title, detail } = describe(phase.value, 0);
  return `${title}. ${detail}${role.value === 'view' ? ' View only.' : ''}`;
});

const summary = computed(
  () => `${sceneName.value}, ${paused.value ? 'paused' : `running at ${factor(speed.value)} speed`}.`,
);

/** The page's state in words, for screen readers. */
export function Announcer() {
  return (
    <div class="sr-only">
      <h1>mjcast</h1>
      <p id="connection-status" role="status" aria-live="polite" data-phase={phase.value.kind}>
        {connection}
      </p>
      <p id="stage-summary">{summary}</p>
    </div>
  );
}
