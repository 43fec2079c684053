import type { Answer } from '../connection/api';
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { api, refreshPresets, session as own } from '../app';
import { clock } from '../format';
import { fields, finite, list, text } from '../protocol/fields';
import { mayControl, presets } from '../state';
import { toast } from '../toasts';
import { People } from '../ui/People';
import { Small, Sure } from './parts';

const LOOK_EVERY_MS = 4_000;
const LONGEST = 128;

interface Session {
  id: string;
  name: string;
  state: string;
  model: string;
  viewers: number;
  time: number;
}

const sessions = signal<{ all: Session[]; most: number } | null>(null);
const trouble = signal<string | null>(null);

async function refresh(): Promise<void> {
  const answer = await api.ask('GET /api/sessions', (body) => ({
    all: list(body['sessions'], session) ?? [],
    most: finite(body['max_sessions']) ?? 0,
  }));
  trouble.value = answer.ok ? null : answer.problem.detail;
  if (answer.ok) sessions.value = answer.value;
}

/** The simulations of this server, and who is in this one. */
export function Sessions() {
  useEffect(() => {
    void refresh();
    const timer = window.setInterval(() => document.visibilityState === 'visible' && void refresh(), LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  const now = sessions.value;
  return (
    <>
      <div class="people-here">
        <People />
      </div>
      <h3 class="sub-title">
        Sessions
        {now && <span class="card-note">{`${now.all.length} of ${now.most}`}</span>}
      </h3>
      {trouble.value && <p class="hint hint-bad">{trouble.value}</p>}
      <ul class="cards" aria-label="Sessions">
        {now?.all.map((one) => <Card key={one.id} one={one} />)}
      </ul>
      {mayControl.value && <Create />}
    </>
  );
}

function label(one: Session): string {
  return one.name || (one.id === 'default' ? 'Default session' : one.model || 'Without a name');
}

function Card({ one }: { one: Session }) {
  const [draft, setDraft] = useState<string | null>(null);
  const here = one.id === own;
  const ids = { id: one.id };
  const told = async (answering: Promise<Answer<true>>) => {
    const answer = await answering;
    if (!answer.ok) toast('error', answer.problem.detail);
    await refresh();
  };
  const rename = () => {
    const name = draft?.trim();
    setDraft(null);
    if (name !== undefined && name !== one.name) void told(api.ask('PATCH /api/sessions/{id}', () => true, { ids, body: { name: name === '' ? null : name } }));
  };
  return (
    <li class={here ? 'card card-here' : 'card'} data-session={one.id}>
      {draft === null ? (
        <div class="card-line">
          <span class="row-name">{label(one)}</span>
          {here && <span class="tag tag-turn">here</span>}
        </div>
      ) : (
        <form
          class="inline-form"
          onSubmit={(e) => {
            e.preventDefault();
            rename();
          }}
        >
          <input class="text-input" type="text" maxLength={LONGEST} aria-label="New name" value={draft} autoFocus onInput={(e) => setDraft(e.currentTarget.value)} onKeyDown={(e) => e.key === 'Escape' && (e.preventDefault(), setDraft(null))} />
          <button type="submit" class="small-button small-button-primary">
            Rename
          </button>
        </form>
      )}
      <p class="card-note">
        {[one.model, one.state, `${one.viewers} ${one.viewers === 1 ? 'viewer' : 'viewers'}`, clock(one.time)].filter(Boolean).join(' · ')}
      </p>
      <div class="button-row">
        {!here && (
          <a class="small-button" href={addressOf(one.id)} aria-label={`Open ${label(one)}`}>
            Open
          </a>
        )}
        {mayControl.value && draft === null && (
          <Small act={() => setDraft(one.name)} name={`Rename ${label(one)}`}>
            Rename
          </Small>
        )}
        {mayControl.value && one.id !== 'default' && <Sure label="End" again="Really end" name={label(one)} act={() => void told(api.ask('DELETE /api/sessions/{id}', () => true, { ids }))} />}
      </div>
    </li>
  );
}

function Create() {
  const [name, setName] = useState('');
  const [preset, setPreset] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (presets.peek() === null) void refreshPresets();
  }, []);
  const create = async () => {
    setBusy(true);
    const body = { ...(name.trim() ? { name: name.trim() } : {}), ...(preset ? { preset } : {}) };
    const answer = await api.ask('POST /api/sessions', (m) => text(m['id']), { body });
    setBusy(false);
    if (!answer.ok) return toast('error', answer.problem.detail);
    setName('');
    const id = answer.value;
    await refresh();
    if (id) toast('info', 'The session is there.', { label: 'Open it', act: () => window.location.assign(addressOf(id)) });
  };
  return (
    <form
      class="create"
      onSubmit={(e) => {
        e.preventDefault();
        if (!busy) void create();
      }}
    >
      <input class="text-input" type="text" maxLength={LONGEST} placeholder="Name of a new session" aria-label="Name of a new session" value={name} onInput={(e) => setName(e.currentTarget.value)} />
      <div class="inline-form">
        <select class="select" aria-label="Its first scene" value={preset} onChange={(e) => setPreset(e.currentTarget.value)}>
          <option value="">without a scene</option>
          {presets.value?.map((p) => (
            <option key={p.id} value={p.id}>
              {p.name}
            </option>
          ))}
        </select>
        <button type="submit" class="small-button small-button-primary" disabled={busy}>
          Create
        </button>
      </div>
    </form>
  );
}

/** The page with another session; everything else of its address stays. */
function addressOf(id: string): string {
  const url = new URL(window.location.href);
  if (id === 'default') url.searchParams.delete('session');
  else url.searchParams.set('session', id);
  return url.href;
}

function session(value: unknown): Session | undefined {
  const m = fields(value);
  const id = m && text(m['id']);
  if (!m || !id) return undefined;
  return {
    id,
    name: text(m['name']) ?? '',
    state: text(m['state']) ?? '',
    model: text(m['model_name']) ?? '',
    viewers: finite(m['viewers']) ?? 0,
    time: finite(m['time']) ?? 0,
  };
}
