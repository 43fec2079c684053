import { useEffect, useRef, useState } from 'preact/hooks';
import { Small } from './parts';
import { give, providers, refresh, trouble, type Provider } from './models';

const SOURCES: Record<string, string> = {
  env: 'key of the environment',
  config: 'key of the configuration',
  credential: 'key of a file',
  api: 'key given here',
};

/** Which language models can be asked for scenes, and their keys: a key goes to the server and is kept nowhere here. */
export function Models() {
  const [open, setOpen] = useState<string | null>(null);
  useEffect(() => void refresh(), []);
  return (
    <>
      <p class="hint">With a key, scenes can also be planned by a language model. The server keeps it in memory until it ends, and shows it to nobody.</p>
      {trouble.value && <p class="hint hint-bad">{trouble.value}</p>}
      <ul class="rows" aria-label="Language models">
        {providers.value.map((one) => (
          <li key={one.id}>
            <div class="row">
              <span class="row-name row-title">{one.title}</span>
              {one.source === 'api' && (
                <Small act={() => void give(one, '')} name={`Forget the key of ${one.title}`}>
                  Forget
                </Small>
              )}
              <Small act={() => setOpen(open === one.id ? null : one.id)} name={`Give a key of ${one.title}`}>
                {one.configured ? 'Change key' : 'Give a key'}
              </Small>
            </div>
            <p class="hint">{one.configured ? [one.model, SOURCES[one.source ?? ''] ?? 'no key'].filter(Boolean).join(' · ') : one.lacks}</p>
            {open === one.id && <Key of={one} done={() => setOpen(null)} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Key({ of, done }: { of: Provider; done: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const send = async () => {
    const field = input.current;
    const key = field?.value.trim() ?? '';
    if (!field || key === '') return;
    // It stands in the page no longer than it takes to read it.
    field.value = '';
    if (await give(of, key)) done();
  };
  return (
    <form
      class="inline-form"
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <input ref={input} class="text-input" type="password" autocomplete="off" spellcheck={false} maxLength={1024} placeholder="Key" aria-label={`Key of ${of.title}`} />
      <button type="submit" class="small-button small-button-primary">
        Save
      </button>
    </form>
  );
}
