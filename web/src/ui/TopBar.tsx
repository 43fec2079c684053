import { health, live, phase, role, self, shareOpen } from '../state';
import { IconButton } from './Button';
import { canFullscreen, takePicture, toggleFullscreen } from './actions';
import { Icon, Logo } from './Icon';
import { Lazy } from './Lazy';
import { MoreMenu } from './MoreMenu';
import { PeopleMenu } from './PeopleMenu';
import { Popover } from './Popover';
import { delayText, fpsText } from './figures';
import { sceneName } from './sceneName';
import { fullscreen } from '../state';
import { dockOpen, setDock } from '../preferences';

export function TopBar() {
  return (
    <header class="top-bar">
      <div class="bar surface">
        <Popover
          name="scenes"
          label="Scenes"
          use="Scenes"
          tip="Choose a scene"
          tipBelow
          class="pop-scenes"
          panelClass="scenes-panel"
          button={
            <>
              <Logo size={24} />
              <span class="brand">mjcast</span>
              <span class="divider" />
              <span class="scene-name">{sceneName}</span>
              <Icon name="chevron" size={16} />
            </>
          }
        >
          <Lazy load={() => import('./ScenesPanel').then((m) => m.ScenesPanel)} />
        </Popover>
      </div>
      <div class="top-right">
        <Badges />
        {self.value.watching > 0 && (
          <div class={self.value.watching > 1 ? 'bar surface' : 'bar surface wide-only'}>
            <PeopleMenu />
          </div>
        )}
        <div class="bar surface">
          <StatusChip />
          <IconButton id="share-btn" icon="share" label="Share" tipBelow class="wide-only" onPress={() => (shareOpen.value = true)} />
          <IconButton icon="picture" label="Save a picture" tipBelow class="wide-only" disabled={!live.value} onPress={takePicture} />
          {canFullscreen && (
            <IconButton
              id="fullscreen-btn"
              icon={fullscreen.value ? 'shrink' : 'expand'}
              label={fullscreen.value ? 'Leave full screen' : 'Full screen'}
              tipBelow
              class="wide-only"
              onPress={toggleFullscreen}
            />
          )}
          <MoreMenu />
          <IconButton
            id="panels-btn"
            icon="panels"
            label={dockOpen.value ? 'Hide the panels' : 'Show the panels'}
            tipBelow
            tipEnd
            pressed={dockOpen.value}
            onPress={() => setDock(!dockOpen.value)}
          />
        </div>
      </div>
    </header>
  );
}

function Badges() {
  return (
    <>
      {role.value === 'view' && (
        <span class="badge surface" title="You may look around, but not steer the simulation.">
          <Icon name="eye" size={16} />
          <span class="badge-text">View only</span>
        </span>
      )}
      {health.value?.software && (
        <span class="badge badge-software surface" title={`Rendered in software by ${health.value.adapter ?? 'the CPU'}; a GPU would be faster.`}>
          <Icon name="chip" size={16} />
          <span class="badge-text">Software rendering</span>
        </span>
      )}
    </>
  );
}

function StatusChip() {
  const kind = phase.value.kind;
  const word = kind === 'live' ? 'Live' : kind === 'stopped' ? 'Offline' : kind === 'waiting' ? 'Reconnecting' : 'Connecting';
  return (
    <Popover
      name="stats"
      label="Connection and stream details"
      use="Connection and stream details"
      tip="Details"
      tipBelow
      class="pop-stats"
      panelClass="stats-panel"
      stays
      button={
        <span class="chip">
          <span class={`dot dot-${kind}`} />
          <span class={live.value ? 'chip-word chip-word-live' : 'chip-word'}>{word}</span>
          {live.value && <span class="chip-delay">{delayText}</span>}
          {live.value && <span class="chip-fps">{fpsText}</span>}
        </span>
      }
    >
      <Lazy load={() => import('./StatsPanel').then((m) => m.StatsPanel)} />
    </Popover>
  );
}
