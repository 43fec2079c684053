import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { diff, type Hunk, type Line, type Mark } from './diff';
import { Glyph } from './Glyph';

/** More lines than anybody reads; drawing them would take seconds. */
const MOST_LINES = 4_000;

interface Props {
  before: string;
  after: string;
  close: () => void;
}

/** What applying would change in what runs. */
export function DiffView({ before, after, close }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const split = useSignal(window.matchMedia('(min-width: 1500px)').matches);
  const at = useSignal(0);
  const found = useMemo(() => diff(before, after), [before, after]);
  const { hunks } = found;
  const shown = useComputed(() => Math.min(at.value, Math.max(0, hunks.length - 1)));

  const go = (to: number) => {
    at.value = (to + hunks.length) % Math.max(1, hunks.length);
    box.current?.querySelectorAll('.diff-hunk')[at.peek()]?.scrollIntoView({ block: 'center' });
  };
  useEffect(() => box.current?.focus({ preventScroll: true }), []);

  let room = MOST_LINES;
  return (
    <div class="diff">
      <div class="diff-head">
        <p class="diff-sum" role="status">
          {hunks.length === 0 ? 'No difference' : (
            <>
              <span class="diff-come">+{found.come}</span> <span class="diff-gone">−{found.gone}</span> against what runs
            </>
          )}
        </p>
        {hunks.length > 0 && <span class="diff-at">{shown.value + 1} of {hunks.length}</span>}
        <button type="button" class="icon-button" aria-label="Change before" disabled={hunks.length < 2} onClick={() => go(at.value - 1)}><Glyph name="up" /></button>
        <button type="button" class="icon-button" aria-label="Next change" disabled={hunks.length < 2} onClick={() => go(at.value + 1)}><Glyph name="down" /></button>
        <button
          type="button" class="icon-button wide-only" aria-pressed={split.value} aria-label={split.value ? 'One below the other' : 'Side by side'}
          data-tip={split.value ? 'One below the other' : 'Side by side'} data-tip-side="below" onClick={() => (split.value = !split.value)}
        >
          <Glyph name={split.value ? 'unified' : 'split'} />
        </button>
      </div>
      <div
        class={split.value ? 'diff-text diff-split' : 'diff-text'} ref={box} tabIndex={0} role="region" aria-label="Changes"
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
          else if (event.key === 'n' || event.key === 'j') go(at.peek() + 1);
          else if (event.key === 'p' || event.key === 'k') go(at.peek() - 1);
        }}
      >
        {hunks.map((hunk, i) => {
          const lines = hunk.lines.slice(0, Math.max(0, room));
          room -= lines.length;
          return (
            <div key={i} class={i === shown.value ? 'diff-hunk diff-hunk-now' : 'diff-hunk'}>
              {hunk.skipped > 0 && <Skipped lines={hunk.skipped} />}
              {split.value ? <Split lines={lines} /> : <Unified lines={lines} />}
            </div>
          );
        })}
        {room <= 0 && <p class="diff-skipped">There is more than can be shown here.</p>}
        {hunks.length > 0 && found.rest > 0 && <Skipped lines={found.rest} />}
        {hunks.length === 0 && <p class="diff-none">What is written is what runs.</p>}
      </div>
    </div>
  );
}

function Skipped({ lines }: { lines: number }) {
  return <p class="diff-skipped">{lines === 1 ? '1 line is the same' : `${lines} lines are the same`}</p>;
}

function Unified({ lines }: { lines: Hunk['lines'] }) {
  return (
    <div class="diff-lines">
      {lines.map((line, i) => (
        <div key={i} class={`diff-line diff-line-${line.kind}`}>
          <span class="diff-number">{line.kind === 'come' ? '' : line.before}</span>
          <span class="diff-number">{line.kind === 'gone' ? '' : line.after}</span>
          <Code line={line} />
        </div>
      ))}
    </div>
  );
}

function Split({ lines }: { lines: Hunk['lines'] }) {
  return (
    <div class="diff-lines">
      {pairs(lines).map(([left, right], i) => (
        <div key={i} class="diff-pair">
          <Side line={left} />
          <Side line={right} />
        </div>
      ))}
    </div>
  );
}

function Side({ line }: { line: Line | undefined }) {
  if (!line) return <div class="diff-line diff-line-none" />;
  return (
    <div class={`diff-line diff-line-${line.kind}`}>
      <span class="diff-number">{line.kind === 'come' ? line.after : line.before}</span>
      <Code line={line} />
    </div>
  );
}

/** What went beside what came for it. */
function pairs(lines: readonly Line[]): [Line | undefined, Line | undefined][] {
  const rows: [Line | undefined, Line | undefined][] = [];
  for (let i = 0; i < lines.length; ) {
    const line = lines[i];
    if (line?.kind === 'same') {
      rows.push([line, line]);
      i += 1;
      continue;
    }
    const [gone, come]: [Line[], Line[]] = [[], []];
    for (; i < lines.length && lines[i]?.kind !== 'same'; i += 1) {
      const one = lines[i];
      if (one) (one.kind === 'gone' ? gone : come).push(one);
    }
    for (let j = 0; j < Math.max(gone.length, come.length); j += 1) rows.push([gone[j], come[j]]);
  }
  return rows;
}

const SIGNS = { same: ' ', gone: '−', come: '+' } as const;

function Code({ line }: { line: Line }) {
  const Tag = line.kind === 'same' ? 'code' : line.kind === 'gone' ? 'del' : 'ins';
  return (
    <>
      <span class="diff-sign" aria-hidden="true">{SIGNS[line.kind]}</span>
      <Tag class="diff-code">{line.kind === 'same' ? line.text || ' ' : marked(line.text, line.marks)}</Tag>
    </>
  );
}

function marked(text: string, marks: readonly Mark[]) {
  if (marks.length === 0) return text || ' ';
  const parts = [];
  let at = 0;
  for (const [from, to] of marks) {
    parts.push(text.slice(at, from), <mark key={from}>{text.slice(from, to)}</mark>);
    at = to;
  }
  return [...parts, text.slice(at)];
}
