import { health, helpOpen, live, panel, shareOpen } from '../state';
import { setTheme, theme, type Theme } from '../preferences';
import { canFullscreen, takePicture, toggleFullscreen } from './actions';
import { Icon, type IconName } from './Icon';

const THEMES: readonly { value: Theme; label: string; icon: IconName }[] = [
  { value: 'auto', label: 'Auto', icon: 'auto' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
];

/** What the last menu holds. */
export function MoreItems() {
  return (
    <>
      <div class="segments" role="radiogroup" aria-label="Appearance">
        {THEMES.map(({ value, label, icon }) => (
          <button
            key={value}
            type="button"
            role="radio"
            class="segment"
            aria-checked={theme.value === value}
            onClick={() => setTheme(value)}
          >
            <Icon name={icon} size={18} />
            {label}
          </button>
        ))}
      </div>
      <div class="menu">
        <MoreItem class="narrow-only" icon="share" label="Share" act={() => (shareOpen.value = true)} />
        <MoreItem class="narrow-only" icon="picture" label="Save a picture" off={!live.value} act={takePicture} />
        {canFullscreen && <MoreItem class="narrow-only" icon="expand" label="Full screen" act={toggleFullscreen} />}
        <MoreItem icon="help" label="Keys and gestures" hint="F1" act={() => (helpOpen.value = true)} />
      </div>
      {health.value?.version && <p class="version">mjcast {health.value.version}</p>}
    </>
  );
}

function MoreItem(props: { icon: IconName; label: string; act: () => void; hint?: string; class?: string; off?: boolean }) {
  return (
    <button
      type="button"
      class={`menu-item ${props.class ?? ''}`}
      disabled={props.off}
      onClick={() => {
        panel.value = null;
        props.act();
      }}
    >
      <Icon name={props.icon} size={18} />
      <span class="menu-name">{props.label}</span>
      {props.hint && <kbd>{props.hint}</kbd>}
    </button>
  );
}
