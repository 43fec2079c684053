import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { loadPreset, refreshPresets } from '../app';
import type { Preset } from '../connection/api';
import { openEditor, takeFiles } from './open';
import { search } from '../scenes';
import { live, mayControl, panel, presets, presetsError } from '../state';
import { Icon, type IconName } from '../ui/Icon';
import { closePanel } from '../ui/Popover';
import { activePreset } from '../ui/sceneName';
import { thumbnails } from './thumbnails';
import '../styles/scenes.css';

/** The presets to choose from, searchable, and the ways to bring a model of one's own. */
export function ScenesList() {
  const query = useSignal('');
  const loading = useSignal<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    void refreshPresets();
  }, []);
  const found = search(presets.value ?? [], query.value);
  const off = !live.value || !mayControl.value || loading.value !== null;

  const choose = async (preset: Preset) => {
    loading.value = preset.id;
    const ok = await loadPreset(preset.id, preset.name);
    loading.value = null;
    if (ok && panel.value === 'scenes') closePanel();
  };

  return (
    <>
      <label class="search">
        <Icon name="search" size={18} />
        <input
          ref={field}
          type="search"
          data-first
          placeholder="Search scenes"
          aria-label="Search scenes"
          value={query}
          onInput={(e) => (query.value = e.currentTarget.value)}
          onKeyDown={(e) => {
            const only = found[0];
            if (e.key === 'Enter' && only && !off) void choose(only);
          }}
        />
      </label>
      <ul class="presets" aria-label="Scenes">
        {found.map((preset) => (
          <PresetCard
            key={preset.id}
            preset={preset}
            picture={thumbnails[preset.id]}
            current={preset.id === activePreset.value?.id}
            loading={preset.id === loading.value}
            off={off}
            choose={() => void choose(preset)}
          />
        ))}
      </ul>
      <Notice found={found.length} query={query.value} />
      <Own off={off} />
    </>
  );
}

interface CardProps {
  preset: Preset;
  picture: string | undefined;
  current: boolean;
  loading: boolean;
  off: boolean;
  choose: () => void;
}

function PresetCard({ preset, picture, current, loading, off, choose }: CardProps) {
  return (
    <li>
      <button
        type="button"
        class="preset"
        aria-current={current ? 'true' : undefined}
        disabled={off}
        title={preset.description}
        onClick={choose}
      >
        <span class="preset-picture">
          {picture && <img src={picture} alt="" loading="lazy" decoding="async" width={240} height={150} />}
          {loading ? <span class="spinner" /> : current && <span class="preset-running">Running</span>}
        </span>
        <span class="preset-name">{preset.name}</span>
        {preset.description && <span class="preset-description">{preset.description}</span>}
      </button>
    </li>
  );
}

function Notice({ found, query }: { found: number; query: string }) {
  if (presets.value === null) {
    return <p class="notice">{presetsError.value ?? 'Loading the scenes …'}</p>;
  }
  if (found > 0) return null;
  return <p class="notice">{query ? `No scene matches “${query}”.` : 'This server has no preset scenes.'}</p>;
}

/** Models of one's own: files, a folder, or the text of what runs. */
function Own({ off }: { off: boolean }) {
  return (
    <div class="panel-foot own">
      <Pick id="mjcf-file" icon="upload" label="Open files" hint="or drop them anywhere" accept=".xml,.mjcf,.urdf,.zip,.obj,.stl,.msh,.png,.jpg" off={off} />
      <Pick id="mjcf-folder" icon="folder" label="Open a folder" folder off={off} />
      <button
        type="button"
        class="menu-item"
        onClick={() => {
          closePanel();
          openEditor();
        }}
      >
        <Icon name="code" size={18} />
        <span class="menu-name">Edit this scene</span>
      </button>
    </div>
  );
}

function Pick(props: { id: string; icon: IconName; label: string; off: boolean; hint?: string; accept?: string; folder?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        id={props.id}
        class="sr-only"
        type="file"
        multiple
        {...(props.accept ? { accept: props.accept } : {})}
        {...(props.folder ? { webkitdirectory: true } : {})}
        tabIndex={-1}
        aria-label={props.label}
        onChange={(e) => {
          const files = [...(e.currentTarget.files ?? [])];
          e.currentTarget.value = '';
          if (files.length === 0) return;
          closePanel();
          takeFiles({ entries: [], files });
        }}
      />
      <button type="button" class="menu-item" disabled={props.off} title={props.hint} onClick={() => input.current?.click()}>
        <Icon name={props.icon} size={18} />
        <span class="menu-name">{props.label}</span>
      </button>
    </>
  );
}
