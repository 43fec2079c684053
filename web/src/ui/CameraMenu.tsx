import { Icon } from './Icon';
import { Lazy } from './Lazy';
import { Popover } from './Popover';

/** Views of the free camera, and the cameras that the model brings along. */
export function CameraMenu() {
  return (
    <Popover name="camera" label="Cameras and views" tip="Camera" panelClass="camera-panel" class="pop-end" button={<Icon name="camera" />}>
      <Lazy load={() => import('./CameraViews').then((m) => m.CameraViews)} />
    </Popover>
  );
}
