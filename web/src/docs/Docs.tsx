import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Description } from './document';
import { groups, matching } from './document';
import { OperationView } from './Operation';
import { Prose } from './prose';

/** The page: what there is on the left, operations on the right. */
export function Docs({ description }: { description: Description }) {
  const [wanted, setWanted] = useState('');
  const chosen = useHash();
  const all = useMemo(() => groups(description), [description]);
  const shown = useMemo(() => matching(all, wanted), [all, wanted]);
  const count = shown.reduce((sum, group) => sum + group.entries.length, 0);
  const { title, version, description: about } = description.info;

  useEffect(() => {
    document.getElementById(chosen)?.scrollIntoView();
  }, [chosen]);

  return (
    <div class="docs-page">
      <nav class="docs-nav" aria-label="Operations">
        <h1>
          <a href="./">{title}</a> API <small>{version}</small>
        </h1>
        <Filter value={wanted} onInput={setWanted} count={count} />
        {shown.map((group) => (
          <section>
            <h2>
              <a href={`#${group.name}`}>{group.name}</a>
            </h2>
            <ul>
              {group.entries.map((entry) => (
                <li>
                  <a href={`#${entry.id}`} title={entry.summary} aria-current={entry.id === chosen || undefined}>
                    <span class={`method method-${entry.method}`}>{entry.method.toUpperCase()}</span>
                    <span class="nav-path">{brief(entry.path)}</span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <main class="docs-main">
        <header>
          {about && <Prose text={about} />}
          <p class="docs-links">
            <a href="./">Viewer</a>
            <a href="./openapi.json">openapi.json</a>
          </p>
        </header>
        {shown.map((group) => (
          <section class="group" id={group.name} aria-labelledby={`${group.name}-title`}>
            <h2 id={`${group.name}-title`}>{group.name}</h2>
            <p class="group-about">{group.description}</p>
            {group.entries.map((entry) => (
              <OperationView key={entry.id} entry={entry} description={description} open={entry.id === chosen || count === 1} />
            ))}
          </section>
        ))}
        {count === 0 && <p class="docs-none">Nothing has “{wanted}” in its path or its words.</p>}
      </main>
    </div>
  );
}

/** A box that narrows what is shown; `/` leads to it. */
function Filter(props: { value: string; onInput: (text: string) => void; count: number }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      box.current?.focus();
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);
  return (
    <div class="filter">
      <input
        ref={box}
        type="search"
        placeholder="Filter"
        aria-label="Filter operations"
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && props.onInput('')}
      />
      <kbd aria-hidden="true">/</kbd>
      <span class="sr-only" role="status">
        {props.count === 1 ? '1 operation' : `${props.count} operations`}
      </span>
    </div>
  );
}

/** What the address names. */
function useHash(): string {
  const read = (): string => decodeURIComponent(location.hash.slice(1));
  const [hash, setHash] = useState(read);
  useEffect(() => {
    const changed = (): void => setHash(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return hash;
}

/** A path without what nearly all begin with. */
function brief(path: string): string {
  return path.replace(/^\/api\/sessions\/\{id\}(?=\/)/, '…').replace(/^\/api(?=\/)/, '');
}
