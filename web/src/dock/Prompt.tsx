import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { api } from '../app';
import { text, texts } from '../protocol/fields';
import { mayControl } from '../state';
import { note } from '../toasts';

interface Outcome {
  asked: string;
  ok: boolean;
  said: string;
  did: string[];
}

const EXAMPLES = ['pause', 'play', 'step 100', 'reset', 'state'];

const busy = signal(false);
const last = signal<Outcome | null>(null);

/** What programs that were written for older pages call. */
export async function executeFreestyleCommand(command: string): Promise<Outcome> {
  busy.value = true;
  const told = { body: { command } };
  const answer = await api.ask('POST /api/execute-command', (body) => ({ said: text(body['result']) ?? 'Done.', did: texts(body['actions_taken']) ?? [] }), told);
  busy.value = false;
  const outcome = answer.ok ? { asked: command, ok: true, ...answer.value } : { asked: command, ok: false, said: answer.problem.detail, did: [] };
  last.value = outcome;
  note(outcome.ok ? 'act' : 'error', `“${command}”: ${outcome.said}`);
  return outcome;
}

declare global {
  interface Window {
    executeFreestyleCommand?: typeof executeFreestyleCommand;
  }
}

window.executeFreestyleCommand = executeFreestyleCommand;

/** A line to say in words what is wanted. */
export function Prompt() {
  const input = useRef<HTMLInputElement>(null);
  const off = busy.value || !mayControl.value;
  const go = (words: string) => {
    if (words.trim() === '' || off) return;
    void executeFreestyleCommand(words.trim()).then(({ ok }) => {
      if (ok && input.current) input.current.value = '';
    });
  };
  const outcome = last.value;
  return (
    <>
      <form
        class="inline-form"
        onSubmit={(e) => {
          e.preventDefault();
          go(input.current?.value ?? '');
        }}
      >
        <input ref={input} id="freestyle-command-input" class="text-input" type="text" autocomplete="off" placeholder="Say what to do" aria-label="What to do, in words" disabled={!mayControl.value} />
        <button id="execute-command-btn" type="submit" class="small-button small-button-primary" disabled={off}>
          Do it
        </button>
      </form>
      <div class="chips" aria-label="Examples">
        {EXAMPLES.map((words) => (
          <button key={words} type="button" class="chip-button" disabled={off} onClick={() => go(words)}>
            {words}
          </button>
        ))}
      </div>
      <div role="status" aria-live="polite">
        {outcome && (
          <div class={outcome.ok ? 'outcome' : 'outcome outcome-bad'}>
            <p class="outcome-asked">“{outcome.asked}”</p>
            <p>{outcome.said}</p>
            {outcome.did.length > 0 && <p class="outcome-did">Done: {outcome.did.join(', ')}</p>}
          </div>
        )}
      </div>
    </>
  );
}
