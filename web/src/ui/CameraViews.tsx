import { run } from '../app';
import { cameraName, cameras, live } from '../state';
import { Icon } from './Icon';
import { closePanel } from './Popover';
import { LayoutChoice, PictureChoice } from './StageChoices';

const VIEWS = [
  { preset: 'front', label: 'Front' },
  { preset: 'side', label: 'Side' },
  { preset: 'top', label: 'Top' },
] as const;

/** What the camera's menu holds. */
export function CameraViews() {
  const off = !live.value;
  const free = cameraName.value === null || cameraName.value === 'free';
  return (
    <>
      <LayoutChoice />
      <PictureChoice />
      <div class="views">
        {VIEWS.map(({ preset, label }) => (
          <button key={preset} type="button" class="tile" disabled={off} onClick={() => act('set_camera_preset', { preset })}>
            <CubeIcon face={preset} />
            {label}
          </button>
        ))}
        <button type="button" class="tile" disabled={off} onClick={() => act('reset_camera')}>
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
    </>
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

type Face = 'front' | 'side' | 'top';

const FACES: Record<Face, string> = {
  top: 'M12 4l7 4-7 4-7-4Z',
  front: 'M5 8l7 4v8l-7-4Z',
  side: 'M19 8v8l-7 4v-8Z',
};

/** A cube with the face that the view looks at. */
function CubeIcon({ face }: { face: Face }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="26" height="26" stroke-width="1.4" stroke-linejoin="round" aria-hidden="true">
      <path d={FACES[face]} class="cube-face" />
      <path d="M12 4l7 4v8l-7 4-7-4V8ZM5 8l7 4 7-4M12 12v8" fill="none" stroke="currentColor" />
    </svg>
  );
}
