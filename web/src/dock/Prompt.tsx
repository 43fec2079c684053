import { useEffect, useRef, useState } from 'preact/hooks';
import { openEditor } from '../editor/open';
import { mayControl } from '../state';
import { Lazy } from '../ui/Lazy';
import { executeFreestyleCommand, last, look, marked, progress, run, stop, working, type Outcome } from './making';
import { choose, OFFLINE, planner, providers, refresh } from './models';
import { Choice, Small } from './parts';

const EXAMPLES = ['a stack of five red cubes', 'a double pendulum', 'three marbles in a bowl', 'make it bigger'];
const LONGEST = 4096;

declare global {
  interface Window {
    executeFreestyleCommand?: typeof executeFreestyleCommand;
  }
}

window.executeFreestyleCommand = executeFreestyleCommand;

/** A line to say in words what is wanted: what to do, or what should be in the scene. */
export function Prompt() {
  const input = useRef<HTMLInputElement>(null);
  const off = working.value || !mayControl.value;
  const words = () => input.current?.value.trim() ?? '';
  const go = (asked: string) => {
    if (asked === '' || off) return;
    void executeFreestyleCommand(asked).then(({ ok }) => {
      if (ok && input.current) input.current.value = '';
    });
  };
  const outcome = last.value;
  const told = useRef<HTMLDivElement>(null);
  const before = useRef(outcome);
  useEffect(() => {
    if (outcome !== before.current) told.current?.scrollIntoView({ block: 'nearest' });
    before.current = outcome;
  }, [outcome]);
  return (
    <>
      <form
        class="inline-form say"
        onSubmit={(e) => {
          e.preventDefault();
          go(words());
        }}
      >
        <input
          ref={input} id="freestyle-command-input" class="text-input" autocomplete="off" maxLength={LONGEST}
          placeholder="Say what to do or build" aria-label="Say what to do or build" disabled={!mayControl.value}
        />
        <button id="execute-command-btn" type="submit" class="small-button small-button-primary" disabled={off}>
          Do it
        </button>
        <button
          id="preview-scene-btn" type="button" class="small-button" disabled={off}
          title="Shows what would be built, without running it" onClick={() => words() && void look(words())}
        >
          Look first
        </button>
      </form>
      <div ref={told} class="told" role="status" aria-live="polite">
        {working.value ? <Working /> : outcome && <Told outcome={outcome} off={off} />}
      </div>
      <div class="chips" aria-label="Examples">
        {EXAMPLES.map((example) => (
          <button key={example} type="button" class="chip-button" disabled={off} onClick={() => go(example)}>
            {example}
          </button>
        ))}
      </div>
      <Planner />
    </>
  );
}

function Working() {
  return (
    <div class="outcome working">
      <p><span class="spinner" /> {progress.value || 'Building it and letting it settle …'}</p>
      {progress.value && <Small act={stop} id="stop-scene-btn">Stop</Small>}
    </div>
  );
}

/** Who plans scenes, and where keys are given. */
function Planner() {
  const [keys, setKeys] = useState(false);
  useEffect(() => void refresh(), []);
  const can = providers.value.filter((one) => one.configured);
  const options = [[OFFLINE, 'This server, no key'] as const, ...can.map((one) => [one.id, one.model ? `${one.title}, ${one.model}` : one.title] as const)];
  return (
    <>
      {can.length > 0 && <Choice label="Planned by" value={planner.value} off={working.value} options={options} set={choose} />}
      <details class="fold" id="language-models" onToggle={(e) => setKeys(e.currentTarget.open)}>
        <summary>Language models</summary>
        <div class="fold-body">{keys && <Lazy load={() => import('./Models').then((m) => m.Models)} />}</div>
      </details>
    </>
  );
}

function Told({ outcome, off }: { outcome: Outcome; off: boolean }) {
  const { asked, after, before } = outcome;
  return (
    <div class={outcome.ok ? 'outcome' : 'outcome outcome-bad'}>
      <p class="outcome-asked">“{marked(asked, outcome.unknown).map((piece, i) => (i % 2 ? <mark key={i}>{piece}</mark> : piece))}”</p>
      <p class="outcome-said">{outcome.said}</p>
      {outcome.did.length > 0 && (
        <ul class="plan">
          {outcome.did.map((phrase, i) => <li key={i}>{phrase}</li>)}
        </ul>
      )}
      {outcome.warnings.map((warning) => <p key={warning} class="hint">Note: {warning}</p>)}
      <div class="button-row">
        {after && (
          <>
            <button id="apply-scene-btn" type="button" class="small-button small-button-primary" disabled={off} onClick={() => void run(asked, after, outcome.did)}>
              Run it
            </button>
            <button type="button" class="small-button" onClick={() => openEditor({ text: after, compare: true })}>
              Changes
            </button>
          </>
        )}
        {before && (
          <button id="undo-scene-btn" type="button" class="small-button" disabled={off} onClick={() => void run('Undo', before)}>
            Undo
          </button>
        )}
      </div>
    </div>
  );
}
