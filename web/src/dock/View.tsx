import { run } from '../app';
import { flagKeys, setFlagKeys } from '../preferences';
import { text } from '../protocol/fields';
import { live, mayControl, shownFlags } from '../state';
import { FRAMES, GROUPS, groupShown, isOn, LABELS, RENDER, SORTS, VIS, type FlagRow } from './flags';
import { drawn, type Drawn } from '../tiles/layout';
import { PictureChoice } from '../ui/StageChoices';
import { model } from './model';
import { Choice, Fold, Switch } from './parts';

const MEANING: Record<Drawn, string> = {
  colour: 'Only your picture changes.',
  depth: 'Only your picture changes. Colours are metres along the line of sight, as the scale in the picture says.',
  buffer: 'Only your picture changes: the depth buffer as it is, the whiter the nearer.',
  segments: 'Only your picture changes. Each thing has a colour of its own; black is nothing.',
  ids: 'Only your picture changes. Red + 256 green + 65536 blue is a thing’s number plus one.',
};

/** What is shown to all, and how this viewer's picture is drawn. */
export function View() {
  const told = shownFlags.value;
  const shared = !live.value || !mayControl.value;
  const keys = flagKeys.value;
  const flags = (kind: 'vis' | 'render', rows: readonly FlagRow[], off: boolean) => (
    <div class="switches">
      {rows.map(({ name, label, key }) => (
        <Switch
          key={name}
          label={label}
          kbd={keys ? key : undefined}
          on={isOn(told, kind, name)}
          off={off}
          set={(on) => void run('set_flags', { [kind]: { [name]: on } })}
        />
      ))}
    </div>
  );
  return (
    <>
      <PictureChoice />
      <p class="hint">{MEANING[drawn.value]}</p>
      <div class="grid-2">
        <Choice label="Labels" kbd={keys ? 'F7' : ''} value={text(told['label']) ?? 'NONE'} options={LABELS} off={shared} set={(label) => void run('set_flags', { label })} />
        <Choice label="Frames" kbd={keys ? 'F6' : ''} value={text(told['frame']) ?? 'NONE'} options={FRAMES} off={shared} set={(frame) => void run('set_flags', { frame })} />
      </div>
      {VIS.map(([title, rows], at) => (
        <Fold key={title} title={title} open={at < 2}>
          {flags('vis', rows, shared)}
        </Fold>
      ))}
      <Fold title="Groups" open>
        <Groups off={shared} />
      </Fold>
      <Fold title="Drawing, for you alone" open>
        {flags('render', RENDER, !live.value)}
      </Fold>
      <Switch label="Keys of simulate while the picture has the focus" on={keys} set={setFlagKeys} />
    </>
  );
}

function Groups({ off }: { off: boolean }) {
  const told = shownFlags.value;
  const counts = model.value?.groups ?? {};
  const columns = Array.from({ length: GROUPS }, (_, group) => group);
  return (
    <table class="groups">
      <caption class="sr-only">Which groups are shown</caption>
      <thead>
        <tr>
          <td />
          {columns.map((group) => (
            <th key={group} scope="col">
              {group}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {SORTS.map(([sort, label, keys]) => (
          <tr key={sort}>
            <th scope="row">
              {label}
              {keys && flagKeys.value && <kbd aria-hidden="true">{keys}</kbd>}
            </th>
            {columns.map((group) => {
              const count = counts[sort]?.[group] ?? 0;
              const on = groupShown(told, sort, group);
              return (
                <td key={group}>
                  <button
                    type="button"
                    class={count > 0 ? 'group' : 'group group-empty'}
                    aria-pressed={on}
                    aria-label={`${label} of group ${group}, ${count}`}
                    title={`${count} in this group`}
                    disabled={off}
                    onClick={() => void run('set_flags', { groups: { [sort]: { [group]: !on } } })}
                  >
                    {count > 999 ? '1k+' : count || '·'}
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
