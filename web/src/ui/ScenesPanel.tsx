import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { loadPreset, refreshPresets } from '../app';
import type { Preset } from '../connection/api';
import { search } from '../scenes';
import { live, mayControl, panel, presets, presetsError } from '../state';
import { openFile } from './actions';
import { Icon } from './Icon';
import { closePanel } from './Popover';
import { activePreset } from './sceneName';

/** The presets to choose from, searchable, and the way to open a file. */
export function ScenesPanel() {
  const query = useSignal('');
  const loading = useSignal<string | null>(null);
  useEffect(() => void refreshPresets(), []);
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
          <PresetRow
            key={preset.id}
            preset={preset}
            current={preset.id === activePreset.value?.id}
            loading={preset.id === loading.value}
            off={off}
            choose={() => void choose(preset)}
          />
        ))}
      </ul>
      <Notice found={found.length} query={query.value} />
      <FileButton off={off} />
    </>
  );
}

function PresetRow(props: { preset: Preset; current: boolean; loading: boolean; off: boolean; choose: () => void }) {
  const { preset, current } = props;
  return (
    <li>
      <button
        type="button"
        class="preset"
        aria-current={current ? 'true' : undefined}
        disabled={props.off}
        onClick={props.choose}
      >
        <span class="preset-text">
          <span class="preset-name">{preset.name}</span>
          {preset.description && <span class="preset-description">{preset.description}</span>}
          {preset.tags.length > 0 && (
            <span class="tags">
              {preset.tags.map((tag) => (
                <span key={tag} class="tag">
                  {tag}
                </span>
              ))}
            </span>
          )}
        </span>
        {props.loading ? <span class="spinner" /> : current && <Icon name="check" size={18} />}
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

function FileButton({ off }: { off: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="panel-foot">
      <input
        ref={input}
        id="mjcf-file"
        class="sr-only"
        type="file"
        accept=".xml,.mjcf,.urdf"
        tabIndex={-1}
        aria-label="MJCF file"
        onChange={(e) => {
          const file = e.currentTarget.files?.[0];
          e.currentTarget.value = '';
          if (!file) return;
          closePanel();
          void openFile(file);
        }}
      />
      <button type="button" class="menu-item" disabled={off} onClick={() => input.current?.click()}>
        <Icon name="upload" size={18} />
        <span class="menu-name">Open an MJCF file</span>
        <span class="menu-hint wide-only">or drop it anywhere</span>
      </button>
    </div>
  );
}
