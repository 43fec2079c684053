import { run } from '../app';
import { cameraName, cameras } from '../state';
import { CubeIcon, Icon } from './Icon';
import { Popover, closePanel } from './Popover';

const VIEWS = [
  { preset: 'front', label: 'Front' },
  { preset: 'side', label: 'Side' },
  { preset: 'top', label: 'Top' },
] as const;

/** Views of the free camera, and the cameras that the model brings along. */
export function CameraMenu({ off }: { off: boolean }) {
  const free = cameraName.value === null || cameraName.value === 'free';
  return (
    <Popover name="camera" label="Camera" panelClass="camera-panel" class="pop-end" button={<Icon name="camera" />}>
      <div class="views">
        {VIEWS.map(({ preset, label }) => (
          <button key={preset} type="button" class="tile" disabled={off} onClick={() => act('set_camera_preset', { preset })}>
            <CubeIcon face={preset} />
            {label}
          </button>
        ))}
        <button id="reset-camera-btn" type="button" class="tile" disabled={off} onClick={() => act('reset_camera')}>
          <Icon name="reset" size={24} />
          Reset
        </button>
      </div>
      {cameras.value.length > 0 && (
        <div class="menu" role="radiogroup" aria-label="Model cameras">
          <h2 class="menu-title">Cameras of the model</h2>
          <CameraItem name="free" label="Free camera" current={free} off={off} />
          {cameras.value.map((name) => (
            <CameraItem key={name} name={name} label={name} current={name === cameraName.value} off={off} />
          ))}
        </div>
      )}
    </Popover>
  );
}

function CameraItem(props: { name: string; label: string; current: boolean; off: boolean }) {
  return (
    <button
      type="button"
      role="radio"
      class="menu-item"
      aria-checked={props.current}
      disabled={props.off}
      onClick={() => act('use_camera', { name: props.name })}
    >
      <span class="menu-name">{props.label}</span>
    </button>
  );
}

/** Views are tried one after another, so the panel stays open on a wide window. */
function act(cmd: string, params: Record<string, unknown> = {}): void {
  if (window.matchMedia('(max-width: 640px)').matches) closePanel();
  void run(cmd, params);
}
