import { useSignal } from '@preact/signals';
import { check, outcomes, port, version } from './check';
import { LEGS, advice, figures, isDone, report, summary, type Leg, type Outcome } from './legs';

const WORDS: Record<Outcome['kind'], string> = {
  waiting: 'waiting',
  running: 'trying',
  passed: 'works',
  failed: 'blocked',
  skipped: 'not tried',
};

export function Diagnose() {
  const done = isDone(outcomes.value);
  return (
    <main class="check">
      <h1>Connection check</h1>
      <p id="summary" class="check-summary" role="status" aria-live="polite">
        {summary(outcomes.value)}
      </p>
      <ol class="check-legs">
        {LEGS.map((leg) => (
          <LegRow key={leg.id} leg={leg} />
        ))}
      </ol>
      <div class="check-actions">
        <button type="button" class="text-button" disabled={!done} onClick={() => void check()}>
          Check again
        </button>
        <CopyButton disabled={!done} />
        <a href={`./${window.location.search}`}>Back to the picture</a>
      </div>
    </main>
  );
}

function LegRow({ leg: { id, name, carries } }: { leg: Leg }) {
  const outcome = outcomes.value[id];
  const what = advice(outcomes.value, id, port.value);
  return (
    <li id={`leg-${id}`} class={`leg leg-${outcome.kind}`} data-outcome={outcome.kind}>
      <div class="leg-head">
        <span class="leg-mark" aria-hidden="true" />
        <h2>
          {name} <small>{carries}</small>
        </h2>
        <span class="leg-verdict">{id === 'decoding' && outcome.kind === 'failed' ? 'impossible' : WORDS[outcome.kind]}</span>
      </div>
      {'detail' in outcome && (
        <p class="leg-detail">
          {sentence(outcome.detail)} <span class="number">{figures(outcomes.value, id).join(' · ')}</span>
        </p>
      )}
      {what && <p class="leg-advice">{what}</p>}
    </li>
  );
}

function CopyButton({ disabled }: { disabled: boolean }) {
  const words = useSignal('Copy report');
  const text = useSignal<string | null>(null);
  const copy = async () => {
    const { origin, pathname } = window.location;
    const address = `${origin}${pathname}`;
    const whole = report(outcomes.value, {
      address,
      browser: navigator.userAgent,
      version: version.value,
      port: port.value,
    });
    // Without HTTPS there is no clipboard; the text can be marked and copied.
    const copied = await navigator.clipboard?.writeText(whole).then(() => true, () => false);
    words.value = copied ? 'Copied' : 'Copy report';
    text.value = whole;
  };
  return (
    <>
      <button type="button" class="text-button" disabled={disabled} onClick={() => void copy()}>
        {words}
      </button>
      {text.value && (
        <pre id="report" tabIndex={0}>
          {text.value}
        </pre>
      )}
    </>
  );
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
