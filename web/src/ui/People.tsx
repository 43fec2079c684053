import type { Company, Member } from '../protocol/company';
import { followsMe, inControl } from '../company';
import { company, role, self, viewerId } from '../state';
import { ask, follow, give, keep, release, take } from '../turns';
import { Mark } from './Mark';

const ROLES = { view: 'watches', control: 'may take control', admin: 'administrator' } as const;

/** Whose turn it is, and everybody who is here. */
export function People() {
  return (
    <>
      <Turn now={company.value} />
      <ul class="people" aria-label="Viewers">
        {company.value.viewers.map((member) => (
          <Person key={member.id} member={member} now={company.value} />
        ))}
      </ul>
    </>
  );
}

/** Whose turn it is, and what the viewer can do about it. */
function Turn({ now }: { now: Company }) {
  const { mine, asked } = self.value;
  const head = inControl(now, viewerId.value) ?? 'Nobody is in control';
  return (
    <section class={mine ? 'turn turn-mine' : 'turn'} aria-label="Control">
      <h2>{head}</h2>
      <p>{explain(now)}</p>
      {role.value !== 'view' && (
        <div class="turn-acts">
          {mine && <Act label="Keep it" act={keep} />}
          {mine && <Act label="Give it back" act={release} />}
          {!mine && now.holder === null && <Act label="Take control" primary act={ask} />}
          {!mine && now.holder !== null && !asked && <Act label="Ask for control" primary act={ask} />}
          {asked && <Act label="Do not wait" act={release} />}
          {!mine && now.holder !== null && role.value === 'admin' && <Act label="Take control" act={take} />}
        </div>
      )}
    </section>
  );
}

function explain(now: Company): string {
  const { mine, asked } = self.value;
  if (role.value === 'view') return 'You may look around, and follow others.';
  if (mine && now.requests.length > 0) return `${now.requests.join(', ')} would like it.`;
  if (mine) return 'It is free again once you have rested for a while.';
  if (asked) return 'You have asked for it, and wait for an answer.';
  return now.holder === null ? 'Whoever acts first steers.' : 'You can look around meanwhile.';
}

function Person({ member, now }: { member: Member; now: Company }) {
  const { id } = member;
  const me = id === viewerId.value;
  const followed = self.value.self?.follows === id;
  const mayGive = (self.value.mine || role.value === 'admin') && now.holder !== id && member.role !== 'view';
  return (
    <li class={member.connected ? 'person' : 'person person-away'} data-viewer={id}>
      <Mark id={id} />
      <div class="person-text">
        <span class="person-name">
          {id}
          {me && <span class="tag">you</span>}
          {now.holder === id && <span class="tag tag-turn">in control</span>}
          {now.requests.includes(id) && <span class="tag tag-note">asks</span>}
        </span>
        <span class="person-role">{about(member)}</span>
      </div>
      {!me && (
        <div class="person-acts">
          {mayGive && <Act label="Give control" name={`Give control to ${id}`} act={() => give(id)} />}
          {followed ? (
            <Act label="Stop following" name={`Stop following ${id}`} act={() => follow(null)} />
          ) : (
            !followsMe(now, id, viewerId.value) && <Act label="Follow" name={`Follow ${id}`} act={() => follow(id)} />
          )}
        </div>
      )}
    </li>
  );
}

function about({ connected, follows, role: may }: Member): string {
  if (!connected) return 'gets no picture at the moment';
  return follows ? `follows ${follows}` : ROLES[may];
}

function Act(props: { label: string; act: () => void; name?: string; primary?: boolean }) {
  return (
    <button
      type="button"
      class={props.primary ? 'small-button small-button-primary' : 'small-button'}
      aria-label={props.name}
      onClick={props.act}
    >
      {props.label}
    </button>
  );
}
