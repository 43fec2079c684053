import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { framesShown, link } from '../app';
import { describe } from '../phases';
import { busy, phase } from '../state';
import { TextButton } from './Button';
import { Logo } from './Icon';

/** How often the countdown is brought up to date. */
const TICK_MS = 250;

/** What stands between the viewer and a live picture, in words; and the mark of work under way. */
export function Overlay() {
  return (
    <>
      {phase.value.kind !== 'live' && <ConnectionCard />}
      {busy.value && (
        <div class="busy" role="status">
          <span class="sr-only">{busy}</span>
        </div>
      )}
    </>
  );
}

function ConnectionCard() {
  const now = useSignal(performance.now());
  const waits = phase.value.kind === 'waiting' || phase.value.kind === 'stopped';
  useEffect(() => {
    if (!waits) return;
    const timer = window.setInterval(() => (now.value = performance.now()), TICK_MS);
    return () => window.clearInterval(timer);
  }, [waits]);
  const { title, detail } = describe(phase.value, now.value);
  return (
    <div class="connection" aria-hidden={!waits}>
      <div class={framesShown() > 0 ? 'connection-card connection-over surface' : 'connection-card'}>
        <Logo size={56} alive={phase.value.kind !== 'stopped'} />
        <h1>{title}</h1>
        <p>{detail}</p>
        {waits && <TextButton onPress={() => link.retryNow()}>Try now</TextButton>}
      </div>
    </div>
  );
}
