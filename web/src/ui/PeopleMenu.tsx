import { inControl } from '../company';
import { company, self, viewerId } from '../state';
import { Icon } from './Icon';
import { Lazy } from './Lazy';
import { Popover } from './Popover';

/** How many watch and whose turn it is, and the way to change that. */
export function PeopleMenu() {
  const { watching, mine } = self.value;
  const holder = watching > 1 ? inControl(company.value, viewerId.value) : null;
  return (
    <Popover
      name="people"
      label="Who is here"
      use={watching === 1 ? 'You watch alone. Who is here' : 'Who is here'}
      tip="Who is here"
      tipBelow
      buttonId="people-btn"
      class="pop-people"
      panelClass="people-panel"
      button={
        <span class="people-chip">
          <span class={holder ? (mine ? 'people-icon people-mine' : 'people-icon people-held') : 'people-icon'}>
            <Icon name="people" />
          </span>
          <span class="people-count">{watching}</span>{' '}
          {holder && <span class="people-holder">{holder}</span>}
        </span>
      }
    >
      <Lazy load={() => import('./People').then((m) => m.People)} />
    </Popover>
  );
}
