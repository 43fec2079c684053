import { Icon } from './Icon';
import { Lazy } from './Lazy';
import { Popover } from './Popover';

export function MoreMenu() {
  return (
    <Popover name="more" label="More" tipBelow class="pop-end" panelClass="more-panel" button={<Icon name="more" />}>
      <Lazy load={() => import('./MoreItems').then((m) => m.MoreItems)} />
    </Popover>
  );
}
