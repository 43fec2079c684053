/** The find bar: above the text, for its keys and for hands. */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { effect, signal } from '@preact/signals';
import { Icon } from '../ui/Icon';
import type { Field } from './codemirror';
import { MOST_FOUND, type Query } from './find';
import { Glyph } from './Glyph';
import type { Hits } from './searching';
import '../styles/find.css';

export const finding = signal(false);
export const hits = signal<Hits>({ count: 0, at: 0, broken: false });
const query = signal<Query>({ text: '', capitals: false, words: false, pattern: false });
const by = signal('');
/** Counts what asks for the bar, which takes the focus each time. */
const asked = signal(0);

/** Shows the bar, and looks for `words` where there are some. */
export function seek(words: string): void {
  if (words !== '') query.value = { ...query.peek(), text: words };
  finding.value = true;
  asked.value += 1;
}

/** A line's number, for those who write `:120`. */
const LINE = /^:(\d*)$/;

export function Find({ field }: { field: () => Field | null }) {
  const input = useRef<HTMLInputElement>(null);
  // Before the next key, which is meant for it.
  useLayoutEffect(() => effect(() => {
    void asked.value;
    const { text } = query.peek();
    input.current?.focus();
    // Behind the colon comes the line.
    input.current?.setSelectionRange(text === ':' ? 1 : 0, Math.max(1, text.length));
  }), []);
  useEffect(() => {
    let first = true;
    const end = effect(() => {
      const wanted = LINE.test(query.value.text) ? { ...query.value, text: '' } : query.value;
      field()?.seek(wanted, !first || wanted.text !== '');
      first = false;
    });
    return () => {
      end();
      field()?.seek(null, false);
    };
  }, []);
  const line = LINE.exec(query.value.text)?.[1];
  const { count, at, broken } = hits.value;
  const said = query.value.text === '' ? ''
    : line !== undefined ? (line === '' ? 'Which line?' : `Enter: line ${line}`)
    : broken ? 'No expression'
    : count === 0 ? 'Nothing'
    : `${at > 0 ? `${at} of ` : ''}${count}${count === MOST_FOUND ? '+' : ''}`;
  const close = () => {
    finding.value = false;
    field()?.focus();
  };
  const go = (back: boolean) => {
    if (line) {
      field()?.goToLine(Number(line));
      close();
    } else if (line === undefined) field()?.step(back);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const mod = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    if (event.key === 'Escape') close();
    else if (event.key === 'F3' || (mod && letter === 'g' && !event.altKey)) go(event.shiftKey);
    else if (mod && letter === 'f') asked.value += 1;
    else return;
    event.preventDefault();
  };
  const toggle = (key: 'capitals' | 'words' | 'pattern', sign: string, label: string) => (
    <button type="button" class="find-toggle" aria-label={`${sign}: ${label}`} data-tip={label} data-tip-side="below" aria-pressed={query.value[key]} onClick={() => (query.value = { ...query.peek(), [key]: !query.peek()[key] })}>
      {sign}
    </button>
  );
  const none = count === 0 || line !== undefined;
  return (
    <div class="find" role="search" aria-label="Text of the scene" onKeyDown={onKeyDown}>
      <div class="find-box">
        <input
          ref={input} class="find-text" type="text" aria-label="Find" placeholder="Find, or :line" value={query.value.text} spellcheck={false} autocomplete="off"
          onInput={(event) => (query.value = { ...query.peek(), text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            go(event.shiftKey);
          }}
        />
        <output class={broken || (count === 0 && line === undefined) ? 'find-count find-none' : 'find-count'}>{said}</output>
        {toggle('capitals', 'Aa', 'Match capitals')}
        {toggle('words', 'ab', 'Whole words')}
        {toggle('pattern', '.*', 'Regular expression')}
      </div>
      <div class="find-acts">
        <button type="button" class="icon-button" aria-label="Previous" data-tip="Previous" data-tip-side="below" disabled={none} onClick={() => go(true)}><Glyph name="up" /></button>
        <button type="button" class="icon-button" aria-label="Next" data-tip="Next" data-tip-side="below" disabled={none} onClick={() => go(false)}><Glyph name="down" /></button>
        <button type="button" class="icon-button" aria-label="Close the find bar" onClick={close}><Icon name="close" size={16} /></button>
      </div>
      <div class="find-box">
        <input
          class="find-text" type="text" aria-label="Replace by" placeholder="Replace by" value={by.value} spellcheck={false} autocomplete="off"
          onInput={(event) => (by.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            field()?.replaceFound(by.peek(), event.ctrlKey || event.metaKey);
          }}
        />
      </div>
      <div class="find-acts">
        <button type="button" class="small-button" disabled={none} onClick={() => field()?.replaceFound(by.peek(), false)}>Replace</button>
        <button type="button" class="small-button" disabled={none} onClick={() => field()?.replaceFound(by.peek(), true)}>All</button>
      </div>
    </div>
  );
}
