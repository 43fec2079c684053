import { useEffect, useRef } from 'preact/hooks';
import { api } from '../app';
import { dockOpen, sections } from '../preferences';
import { log, viewerId } from '../state';
import { followEvents } from './events';
import { Small } from './parts';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** What happened: told by the page itself, and while it is open by the daemon. */
export function Log() {
  const list = useRef<HTMLDivElement>(null);
  const open = dockOpen.value && sections.value.includes('log');
  useEffect(() => (open ? followEvents(api.address('events'), viewerId) : undefined), [open]);
  const lines = log.value;
  useEffect(() => {
    const at = list.current;
    if (at && at.scrollHeight - at.scrollTop - at.clientHeight < 80) at.scrollTop = at.scrollHeight;
  }, [lines]);
  return (
    <>
      <div id="event-log" class="log" role="log" aria-label="What happened" tabIndex={0} ref={list}>
        {lines.map(({ at, kind, text }, index) => (
          <p key={`${at.getTime()} ${index}`} class={`log-line log-${kind}`}>
            <time dateTime={at.toISOString()}>{CLOCK.format(at)}</time>
            <span>{text}</span>
          </p>
        ))}
      </div>
      {lines.length === 0 && <p class="notice">Nothing has happened yet.</p>}
      <div class="button-row">
        <Small act={() => (log.value = [])} off={lines.length === 0}>
          Clear
        </Small>
      </div>
    </>
  );
}
