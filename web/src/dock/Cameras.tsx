import { computed } from '@preact/signals';
import { useState } from 'preact/hooks';
import { api, run } from '../app';
import { fields, finite } from '../protocol/fields';
import type { Camera } from '../protocol/server';
import { cameraName, cameras, live, selected, sim } from '../state';
import { toast } from '../toasts';
import { cameraElement } from './mjcf';
import { model } from './model';
import { NumberField, Small } from './parts';
import { written } from './units';

const VIEWS = [
  ['Front', 'set_camera_preset', { preset: 'front' }],
  ['Side', 'set_camera_preset', { preset: 'side' }],
  ['Top', 'set_camera_preset', { preset: 'top' }],
  ['Start', 'reset_camera', {}],
] as const;

/** Changes only when the camera does, although states come ten times a second. */
const cameraText = computed(() => JSON.stringify(sim.value.camera ?? {}));
const tracks = computed(() => sim.value.camera?.tracks ?? null);
const free = computed(() => sim.value.camera?.azimuth !== undefined);

/** What this viewer looks through. */
export function Cameras() {
  const off = !live.value;
  const fixed = free.value ? null : cameraName.value;
  const tracked = tracks.value;
  return (
    <>
      <ul class="rows" role="radiogroup" aria-label="Camera">
        <Look name="Free camera" on={fixed === null && tracked === null} off={off} act={() => void run('use_camera', { name: 'free' })} />
        {cameras.value.map((name, index) => (
          <Look
            key={`${index} ${name}`}
            name={name || `camera ${index}`}
            on={fixed !== null && fixed === name}
            off={off}
            act={() => void run('use_camera', { index })}
          />
        ))}
      </ul>
      <Track off={off} tracked={tracked} />
      {fixed === null ? <Free off={off} /> : <p class="hint">A camera of the model is the model’s to move. Choose the free one to look around.</p>}
    </>
  );
}

function Look(props: { name: string; on: boolean; off: boolean; act: () => void }) {
  return (
    <li role="presentation">
      <button type="button" role="radio" class="row row-pick" aria-checked={props.on} disabled={props.off} onClick={props.act}>
        <span class="bullet" aria-hidden="true" />
        <span class="row-name">{props.name}</span>
      </button>
    </li>
  );
}

/** Follows a body with the free camera. */
function Track({ off, tracked }: { off: boolean; tracked: number | null }) {
  const bodies = model.value?.bodies ?? [];
  const chosen = selected.value;
  const track = (body: number) => void run('use_camera', body > 0 ? { track: body } : { name: 'free' });
  return (
    <div class="field">
      <label class="field-name" for="track-body">
        Track a body
      </label>
      <select id="track-body" class="select" value={tracked ?? 0} disabled={off || bodies.length < 2} onChange={(e) => track(Number(e.currentTarget.value))}>
        {bodies.map((name, body) => (
          <option key={body} value={body}>
            {body === 0 ? 'none' : name || `body ${body}`}
          </option>
        ))}
      </select>
      {chosen && chosen.body > 0 && chosen.body !== tracked && (
        <Small act={() => track(chosen.body)} off={off}>
          Track {chosen.name || `body ${chosen.body}`}
        </Small>
      )}
    </div>
  );
}

function Free({ off }: { off: boolean }) {
  const [copied, setCopied] = useState<string | null>(null);
  const { azimuth, elevation, distance, lookat } = JSON.parse(cameraText.value) as Camera;
  const set = (params: Record<string, unknown>) => void run('set_camera', params);
  const copy = async () => {
    if (azimuth === undefined || elevation === undefined || distance === undefined || !lookat) return;
    const fovy = await api.ask('GET /api/sessions/{id}/cameras', (body) => finite(fields(body['free'])?.['fovy']));
    const text = cameraElement({ azimuth, elevation, distance, lookat, fovy: fovy.ok ? fovy.value : undefined });
    setCopied(text);
    try {
      await navigator.clipboard.writeText(text);
      toast('info', 'The camera is on the clipboard.');
    } catch {
      toast('info', 'The browser keeps its clipboard: copy the text by hand.');
    }
  };
  return (
    <>
      <div class="button-row">
        {VIEWS.map(([label, cmd, params]) => (
          <Small key={label} off={off} act={() => void run(cmd, params)}>
            {label}
          </Small>
        ))}
      </div>
      <div class="grid-2">
        <NumberField label="Azimuth" unit="°" value={azimuth} write={(v) => written(v, 0.1)} off={off} set={(v) => set({ azimuth: v })} />
        <NumberField label="Elevation" unit="°" value={elevation} write={(v) => written(v, 0.1)} off={off} set={(v) => set({ elevation: v })} />
        <NumberField label="Distance" unit="m" value={distance} write={(v) => written(v, 0.001)} off={off} set={(v) => set({ distance: v })} />
      </div>
      <fieldset class="triple">
        <legend>Looks at, m</legend>
        {['x', 'y', 'z'].map((axis, at) => (
          <NumberField
            key={axis}
            bare
            label={`Looks at ${axis}`}
            value={lookat?.[at]}
            write={(v) => written(v, 0.001)}
            off={off || !lookat}
            set={(v) => set({ lookat: lookat?.map((old, i) => (i === at ? v : old)) })}
          />
        ))}
      </fieldset>
      <Small act={() => void copy()} off={off || !lookat}>
        Copy as MJCF
      </Small>
      {copied && <textarea class="text-input code" readOnly rows={3} aria-label="Camera as MJCF" value={copied} onFocus={(e) => e.currentTarget.select()} />}
    </>
  );
}
