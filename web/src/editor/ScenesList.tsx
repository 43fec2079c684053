import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { loadPreset, refreshPresets } from '../app';
import { openEditor, takeFiles } from './open';
import { search } from '../scenes';
import { live, mayControl, panel, presets, presetsError } from '../state';
import { Icon, type IconName } from '../ui/Icon';
import { closePanel } from '../ui/Popover';
import { activePreset, sceneName } from '../ui/sceneName';
import { Small, Sure } from '../dock/parts';
import { when } from '../dock/words';
import { addVersion, archive, find, isRunning, load, remove, rename, save, versionsOf, type Entry, type Kind, type Shelf, type Version } from './library';
import { thumbnails } from './thumbnails';
import '../dock/fields.css';
import '../styles/scenes.css';

const KINDS: readonly (readonly [Kind, string])[] = [
  ['preset', 'Presets'],
  ['own', 'Yours'],
  ['folder', 'Folders'],
];
/** Entries that are asked for at a time. */
const SOME = 60;
/** While pictures are being drawn, the list is asked for so often. */
const LOOK_EVERY_MS = 1_500;
/** Pictures that are not there after so many looks are not waited for. */
const MOST_LOOKS = 60;

interface Item {
  id: string;
  name: string;
  description: string;
  picture: string | undefined;
  current: boolean;
  /** Why it cannot be loaded. */
  broken?: string | undefined;
  choose: () => Promise<boolean>;
  /** The saved scene that it is. */
  own?: Entry;
}

/** The scenes to choose from, searchable, and the ways to bring a model of one's own. */
export function ScenesList() {
  const query = useSignal('');
  const kind = useSignal<Kind>('preset');
  const limit = useSignal(SOME);
  const shelf = useSignal<Shelf | null>(null);
  const again = useSignal(0);
  const loading = useSignal<string | null>(null);
  const open = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    void refreshPresets();
  }, []);
  const [q, chosen, most] = [query.value, kind.value, limit.value];
  useEffect(() => {
    let timer = 0;
    let over = false;
    const look = async (left: number) => {
      // Presets are known, with their pictures: of them only the number is asked.
      const answer = await find(q, chosen === 'preset' ? 'own' : chosen, chosen === 'preset' ? 1 : most);
      if (over || !answer.ok) return;
      shelf.value = answer.value;
      if (left > 0 && chosen !== 'preset' && answer.value.entries.some((one) => one.waits)) timer = window.setTimeout(() => void look(left - 1), LOOK_EVERY_MS);
    };
    timer = window.setTimeout(() => void look(MOST_LOOKS), q ? 150 : 0);
    return () => {
      over = true;
      window.clearTimeout(timer);
    };
  }, [q, chosen, most, again.value]);
  const mine = search(presets.value ?? [], q);
  const entries = (shelf.value?.entries ?? []).filter((one) => one.kind === chosen);
  const items = chosen === 'preset' ? mine.map(ofPreset) : entries.map(ofEntry);
  const off = !live.value || !mayControl.value || loading.value !== null;

  const choose = async (item: Item) => {
    loading.value = item.id;
    const ok = await item.choose();
    loading.value = null;
    if (ok && panel.value === 'scenes') closePanel();
  };
  const changed = () => (again.value += 1);
  const counts = { ...shelf.value?.counts, preset: mine.length };

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
            const only = items[0];
            if (e.key === 'Enter' && only && !off && !only.broken) void choose(only);
          }}
        />
      </label>
      <div class="segments" role="radiogroup" aria-label="Where scenes are from">
        {KINDS.map(([value, label]) => (
          <button
            key={value}
            type="button"
            role="radio"
            class="segment"
            aria-checked={value === chosen}
            onClick={() => {
              kind.value = value;
              limit.value = SOME;
            }}
          >
            {label}
            {!!counts[value] && <span class="count">{counts[value]}</span>}
          </button>
        ))}
      </div>
      {chosen === 'own' && <SaveAs off={off} saved={changed} />}
      <ul class="presets" aria-label="Scenes">
        {items.map((item) => [
          <Card
            key={item.id}
            item={item}
            loading={item.id === loading.value}
            off={off}
            choose={() => void choose(item)}
            open={item.id === open.value}
            toggle={() => (open.value = open.value === item.id ? '' : item.id)}
          />,
          item.own && item.id === open.value && <Details key={`${item.id} more`} entry={item.own} off={off} changed={changed} />,
        ])}
        {chosen !== 'preset' && entries.length < (counts[chosen] ?? 0) && (
          <li class="all-across">
            <Small act={() => (limit.value += SOME)}>Show more</Small>
          </li>
        )}
      </ul>
      <Notice kind={chosen} found={items.length} query={q} trouble={shelf.value?.trouble} asked={shelf.value !== null} />
      <Own off={off} />
    </>
  );
}

const ofPreset = ({ id, name, description }: { id: string; name: string; description: string }): Item => ({
  id,
  name,
  description,
  picture: thumbnails[id],
  current: id === activePreset.value?.id,
  choose: () => loadPreset(id, name),
});

function ofEntry(entry: Entry): Item {
  const { id, name, picture, broken, versions } = entry;
  const count = versions > 1 ? `, ${versions} versions` : '';
  const own = entry.changed && `${when(entry.changed)}${count}`;
  const about = entry.licence ? `${entry.description} · ${entry.licence}` : entry.description;
  return {
    id,
    name,
    picture,
    broken,
    description: broken ?? own ?? about,
    current: isRunning(id),
    choose: () => load(entry),
    ...(entry.kind === 'own' ? { own: entry } : {}),
  };
}

function Card(props: { item: Item; loading: boolean; off: boolean; choose: () => void; open: boolean; toggle: () => void }) {
  const { item, loading, off, choose } = props;
  return (
    <li class="scene-card">
      <button
        type="button"
        class="preset"
        aria-current={item.current ? 'true' : undefined}
        disabled={off || item.broken !== undefined}
        title={item.description}
        onClick={choose}
      >
        <span class="preset-picture">
          {item.picture ? (
            <img src={item.picture} alt="" loading="lazy" decoding="async" width={240} height={150} />
          ) : (
            <Icon name={item.broken ? 'warning' : 'picture'} size={28} />
          )}
          {loading ? <span class="spinner" /> : item.current && <span class="preset-running">Running</span>}
        </span>
        <span class="preset-name">{item.name}</span>
        {item.description && <span class="preset-description">{item.description}</span>}
      </button>
      {item.own && (
        <button type="button" class="scene-more" aria-expanded={props.open} aria-label={`More of ${item.name}`} onClick={props.toggle}>
          <Icon name="more" size={18} />
        </button>
      )}
    </li>
  );
}

/** Saves what runs as a new scene. */
function SaveAs({ off, saved }: { off: boolean; saved: () => void }) {
  const name = useSignal('');
  return (
    <form
      class="inline-form save-as"
      onSubmit={async (e) => {
        e.preventDefault();
        if (off || (await save(name.value.trim() || sceneName.value)) === undefined) return;
        name.value = '';
        saved();
      }}
    >
      <input
        class="text-input"
        maxLength={128}
        placeholder={sceneName.value}
        aria-label="Name to save this scene as"
        value={name}
        onInput={(e) => (name.value = e.currentTarget.value)}
      />
      <button type="submit" class="small-button small-button-primary" disabled={off}>
        Save this scene
      </button>
    </form>
  );
}

/** A saved scene's versions, and what else can be done with it. */
function Details({ entry, off, changed }: { entry: Entry; off: boolean; changed: () => void }) {
  const versions = useSignal<Version[]>([]);
  const name = useSignal(entry.name);
  useEffect(() => void versionsOf(entry.id).then((all) => (versions.value = all)), [entry.changed]);
  const then = async (asked: Promise<unknown>) => {
    if (await asked) changed();
  };
  return (
    <li class="all-across scene-details">
      {!entry.broken && (
        <form
          class="inline-form"
          onSubmit={(e) => {
            e.preventDefault();
            void then(rename(entry.id, name.value));
          }}
        >
          <input class="text-input" maxLength={128} aria-label={`Name of ${entry.name}`} value={name} onInput={(e) => (name.value = e.currentTarget.value)} />
          <button type="submit" class="small-button" disabled={off || name.value.trim() === '' || name.value === entry.name}>
            Rename
          </button>
        </form>
      )}
      <ul class="versions" aria-label={`Versions of ${entry.name}`}>
        {versions.value.map(({ number, saved, note, broken }, at) => (
          <li key={number}>
            <span class="version-name" title={broken}>
              <b>Version {number}</b> {when(saved)}
              {(broken || note) && ` · ${broken ?? note}`}
            </span>
            <Small act={() => void load(entry, number)} off={off || broken !== undefined} name={`Open version ${number}`}>
              Open
            </Small>
            {at > 0 && (
              <Small act={() => void then(addVersion(entry.id, number))} off={off || broken !== undefined} name={`Make version ${number} the newest`}>
                Restore
              </Small>
            )}
          </li>
        ))}
      </ul>
      <div class="scene-acts">
        {!entry.broken && (
          <>
            <Small act={() => void then(addVersion(entry.id))} off={off}>
              Save what runs as a version
            </Small>
            <a class="small-button" href={archive(entry.id)} download>
              Download
            </a>
          </>
        )}
        {mayControl.value && <Sure label="Delete" again="Really delete" name={entry.name} act={() => void then(remove(entry.id))} />}
      </div>
    </li>
  );
}

const NOTHING: Record<Kind, string> = {
  preset: 'This server has no preset scenes.',
  own: 'Nothing saved yet. Save the scene that runs to find it here again.',
  folder: 'No models. Start the server with “--library FOLDER” or MUJOCO_MENAGERIE_PATH to list them here.',
};

function Notice(props: { kind: Kind; found: number; query: string; trouble: string | undefined; asked: boolean }) {
  const { kind, found, query } = props;
  const known = kind === 'preset' ? presets.value !== null : props.asked;
  if (!known) return <p class="notice">{presetsError.value ?? 'Loading the scenes …'}</p>;
  if (found > 0) return null;
  const trouble = kind === 'folder' ? props.trouble : undefined;
  return <p class="notice">{query ? `No scene matches “${query}”.` : (trouble ?? NOTHING[kind])}</p>;
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
