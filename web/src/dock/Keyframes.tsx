import { useState } from 'preact/hooks';
import { run } from '../app';
import { live, mayControl } from '../state';
import { toast } from '../toasts';
import { model, modelError, refreshModel } from './model';
import { Small } from './parts';

/** Longer names are refused. */
const LONGEST = 128;

/** The keyframes of the model and those that were saved: to go to, and to save this moment as one. */
export function Keyframes() {
  const [name, setName] = useState('');
  const now = model.value;
  const off = !live.value || !mayControl.value;
  if (!now) return <p class="notice">{modelError.value ?? 'Reading the model …'}</p>;
  const save = async () => {
    const ok = await run('keyframe_save', name.trim() ? { name: name.trim() } : {});
    if (!ok) return;
    setName('');
    toast('info', 'This moment is a keyframe now.');
    await refreshModel();
  };
  return (
    <>
      {now.keyframes.length === 0 && <p class="hint">None yet. Save a moment to come back to it as often as you like.</p>}
      <ul class="rows" aria-label="Keyframes">
        {now.keyframes.map((key, index) => (
          <li key={`${index} ${key}`} class="row">
            <span class="row-name">{key || `keyframe ${index}`}</span>
            {index >= now.ownKeyframes && <span class="tag">saved</span>}
            <Small act={() => void run('keyframe_load', { index })} off={off} name={`Go to ${key || `keyframe ${index}`}`}>
              Go to
            </Small>
          </li>
        ))}
      </ul>
      <form
        class="inline-form"
        onSubmit={(e) => {
          e.preventDefault();
          if (!off) void save();
        }}
      >
        <input
          class="text-input"
          type="text"
          maxLength={LONGEST}
          placeholder="Name of this moment"
          aria-label="Name of the keyframe"
          value={name}
          onInput={(e) => setName(e.currentTarget.value)}
        />
        <button type="submit" class="small-button small-button-primary" disabled={off}>
          Save
        </button>
      </form>
    </>
  );
}
