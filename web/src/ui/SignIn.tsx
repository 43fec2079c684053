import { useRef, useState } from 'preact/hooks';
import { at } from '../app';
import { signIn } from '../enter';
import { signingIn } from '../state';
import { Dialog } from './Dialog';

/** Asks for a token, and comes in with it. */
export function SignIn() {
  const input = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState('');
  const [busy, setBusy] = useState(false);
  const enter = async (event: Event) => {
    event.preventDefault();
    const token = input.current?.value.trim();
    if (!token || busy) return;
    setBusy(true);
    const why = await signIn(at, token);
    setBusy(false);
    if (why === null) window.location.reload();
    else setRefusal(why);
  };
  return (
    <Dialog title="Sign in" class="sign-in" close={() => (signingIn.value = false)}>
      <form onSubmit={(event) => void enter(event)}>
        <p>This simulation is shown to those who have a token. Whoever runs the daemon can give you one.</p>
        <input
          ref={input} type="password" name="token" autocomplete="current-password" spellcheck={false}
          maxLength={1024} aria-label="Token" aria-describedby="sign-in-refusal" aria-invalid={refusal !== ''} autofocus
        />
        <p id="sign-in-refusal" role="alert">{refusal}</p>
        <footer>
          <button type="submit" class="text-button text-button-primary" disabled={busy}>Sign in</button>
        </footer>
      </form>
    </Dialog>
  );
}
