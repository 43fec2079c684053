import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../app';
import { fields, finite, list, text } from '../protocol/fields';
import { live, mayControl, sim } from '../state';
import { toast } from '../toasts';
import { takePicture } from '../ui/actions';
import { Icon } from '../ui/Icon';
import { Small, Sure } from './parts';
import { bytes, seconds, when } from './words';

/** While something runs its length is asked for so often. */
const LOOK_EVERY_MS = 1_500;

interface Recording {
  id: string;
  name: string;
  state: string;
  reason: string | undefined;
  started: string;
  duration_s: number;
  bytes: number;
  width: number;
  height: number;
}

const recordings = signal<Recording[] | null>(null);
const trouble = signal<string | null>(null);

async function refresh(): Promise<void> {
  const answer = await api.ask('GET /api/sessions/{id}/recordings', (body) => list(body['recordings'], recording) ?? []);
  trouble.value = answer.ok ? null : answer.problem.detail;
  if (answer.ok) recordings.value = answer.value.sort((a, b) => b.started.localeCompare(a.started));
}

/** Videos of this session, and pictures of what is seen. */
export function Recordings() {
  const [name, setName] = useState('');
  const [shown, setShown] = useState<string | null>(null);
  const all = recordings.value ?? [];
  const running = all.some((r) => r.state === 'recording');
  useEffect(() => {
    void refresh();
    if (!running) return;
    const timer = window.setInterval(() => void refresh(), LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [running]);
  const off = !live.value || !mayControl.value;

  const start = async () => {
    const answer = await api.ask('POST /api/sessions/{id}/recordings', () => true, { body: { name: name.trim(), ...view() } });
    if (!answer.ok) toast('error', answer.problem.detail);
    else setName('');
    await refresh();
  };
  const stop = async (id: string) => {
    const answer = await api.ask('POST /api/sessions/{id}/recordings/{recording}/stop', () => true, { ids: { recording: id } });
    if (!answer.ok) toast('error', answer.problem.detail);
    await refresh();
  };
  const remove = async (id: string) => {
    if (shown === id) setShown(null);
    const answer = await api.ask('DELETE /api/sessions/{id}/recordings/{recording}', () => true, { ids: { recording: id } });
    if (!answer.ok) toast('error', answer.problem.detail);
    await refresh();
  };

  return (
    <>
      <div class="button-row">
        <Small act={takePicture} off={!live.value}>
          <Icon name="picture" size={16} />
          Save a picture
        </Small>
      </div>
      <form
        class="inline-form"
        onSubmit={(e) => {
          e.preventDefault();
          if (!off) void start();
        }}
      >
        <input class="text-input" type="text" maxLength={128} placeholder="Name of the recording" aria-label="Name of the recording" value={name} onInput={(e) => setName(e.currentTarget.value)} />
        <button type="submit" class="small-button small-button-record" disabled={off}>
          <span class="record-dot" />
          Record
        </button>
      </form>
      <p class="hint">Records from where your camera is now; moving it later changes nothing.</p>
      {trouble.value && <p class="hint hint-bad">{trouble.value}</p>}
      <ul class="cards" aria-label="Recordings">
        {all.map((r) => (
          <li key={r.id} class="card">
            <div class="card-line">
              {r.state === 'recording' && <span class="record-dot record-live" role="img" aria-label="Recording" />}
              <span class="row-name">{r.name || 'Without a name'}</span>
              <span class="card-note">{seconds(r.duration_s)}</span>
            </div>
            <p class="card-note">
              {when(r.started)} · {r.width} × {r.height} · {bytes(r.bytes)}
              {r.state === 'failed' || r.state === 'interrupted' ? ` · ${r.reason ?? r.state}` : ''}
            </p>
            {shown === r.id && <video class="card-video" src={api.address(`recordings/${r.id}/video.mp4`)} controls autoplay muted playsinline />}
            <div class="button-row">
              {r.state === 'recording' ? (
                <Small act={() => void stop(r.id)} primary name={`Stop ${r.name}`} off={!mayControl.value}>
                  Stop
                </Small>
              ) : (
                <>
                  <Small act={() => setShown(shown === r.id ? null : r.id)} name={`${shown === r.id ? 'Close' : 'Play'} ${r.name}`}>
                    {shown === r.id ? 'Close' : 'Play'}
                  </Small>
                  <a class="small-button" href={api.address(`recordings/${r.id}/video.mp4`)} download={`${r.name || 'recording'}.mp4`}>
                    Download
                  </a>
                  {mayControl.value && <Sure label="Delete" again="Really delete" name={r.name} act={() => void remove(r.id)} />}
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      {recordings.value?.length === 0 && <p class="hint">No recordings yet.</p>}
    </>
  );
}

/** What the viewer sees, as a recording takes it. */
function view(): Record<string, unknown> {
  const { camera } = sim.peek();
  if (camera?.azimuth === undefined) return camera?.name ? { camera: camera.name } : {};
  const { azimuth, elevation, distance, lookat } = camera;
  return { camera: { azimuth, elevation, distance, lookat } };
}

function recording(value: unknown): Recording | undefined {
  const m = fields(value);
  const id = m && text(m['id']);
  if (!m || !id) return undefined;
  return {
    id,
    name: text(m['name']) ?? '',
    state: text(m['state']) ?? '',
    reason: text(m['reason']),
    started: text(m['started']) ?? '',
    duration_s: finite(m['duration_s']) ?? 0,
    bytes: finite(m['bytes']) ?? 0,
    width: finite(m['width']) ?? 0,
    height: finite(m['height']) ?? 0,
  };
}
