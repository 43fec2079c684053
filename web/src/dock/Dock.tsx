import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { focusStage } from '../app';
import { dockOpen, sections, setDock, setSections } from '../preferences';
import { Glyph, Icon } from '../ui/Icon';
import { Lazy } from '../ui/Lazy';
import { Edge } from './Edge';
import { followModel } from './model';
import { wanted } from './open';
import { SECTIONS, type Section } from './sections';
import './dock.css';
import './fields.css';

const NARROW = window.matchMedia('(max-width: 640px)');
const narrow = signal(NARROW.matches);
NARROW.addEventListener('change', () => (narrow.value = NARROW.matches));

/** The panels: a column of sections beside the picture, or on a phone one of them below it. */
export function Dock() {
  const open = dockOpen.value;
  const root = useRef<HTMLElement>(null);
  useEffect(followModel, []);
  const goal = wanted.value;
  useEffect(() => {
    const section = goal && root.current?.querySelector<HTMLElement>(`[data-section="${goal.id}"]`);
    if (!section) return;
    void settled(section, goal.place).then((place) => place.scrollIntoView({ block: 'start', behavior: 'smooth' }));
  }, [goal?.count]);
  return (
    <aside id="dock" class="dock" ref={root} hidden={!open} aria-label="Panels" onKeyDown={(e) => e.key === 'Escape' && leave(e)}>
      {!narrow.value && <Edge />}
      {narrow.value ? <Tabs /> : <Head />}
      <div class="dock-body">
        {SECTIONS.map((section) => (
          <Part key={section.id} section={section} awake={open} />
        ))}
      </div>
    </aside>
  );
}

/** A section that is fetched has no height yet: waits for the place within it. */
async function settled(section: HTMLElement, place: string | undefined): Promise<HTMLElement> {
  for (let tries = 0; place && tries < 20; tries += 1) {
    const found = section.querySelector<HTMLElement>(place);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return section;
}

function leave(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  event.stopPropagation();
  focusStage();
}

function Head() {
  const all = sections.value.length > 1;
  return (
    <header class="dock-head">
      <h2>Panels</h2>
      {all && (
        <button type="button" class="link-button" onClick={() => setSections([])}>
          Close all
        </button>
      )}
      <button type="button" class="round" aria-label="Hide the panels" onClick={() => hide()}>
        <Icon name="close" size={18} />
      </button>
    </header>
  );
}

function hide(): void {
  setDock(false);
  document.getElementById('panels-btn')?.focus({ preventScroll: true });
}

/** The section that a phone shows. */
function current(): string {
  return sections.value.at(-1) ?? SECTIONS[0]!.id;
}

function Tabs() {
  const now = current();
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    strip.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [now]);
  return (
    <header class="dock-tabs">
      <div class="dock-strip" role="tablist" aria-label="Panels" ref={strip} onKeyDown={walk}>
        {SECTIONS.map(({ id, title, icon }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            class="dock-tab"
            aria-label={title}
            aria-selected={id === now}
            aria-controls={`section-${id}`}
            tabIndex={id === now ? 0 : -1}
            onClick={() => choose(id)}
          >
            <Glyph path={icon} size={20} />
            <span>{title}</span>
          </button>
        ))}
      </div>
      <button type="button" class="round" aria-label="Hide the panels" onClick={hide}>
        <Icon name="close" size={20} />
      </button>
    </header>
  );
}

function choose(id: string): void {
  setSections([...sections.peek().filter((other) => other !== id), id]);
}

function walk(event: KeyboardEvent): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const at = SECTIONS.findIndex(({ id }) => id === current());
  const { id } = SECTIONS[(at + by + SECTIONS.length) % SECTIONS.length]!;
  choose(id);
  document.getElementById(`tab-${id}`)?.focus();
}

function Part({ section, awake }: { section: Section; awake: boolean }) {
  const { id, title, icon } = section;
  const shown = narrow.value ? current() === id : sections.value.includes(id);
  const toggle = () => setSections(shown ? sections.peek().filter((s) => s !== id) : [...sections.peek(), id]);
  const mounted = (shown && awake) || section.always;
  return (
    <section class={shown ? 'part part-open' : 'part'} data-section={id} hidden={narrow.value && !shown}>
      {!narrow.value && (
        <h3 class="part-head">
          <button type="button" aria-expanded={shown} aria-controls={`section-${id}`} onClick={toggle}>
            <Glyph path={icon} />
            <span>{title}</span>
            <Icon name="chevron" size={16} />
          </button>
        </h3>
      )}
      <div id={`section-${id}`} class="part-body" hidden={!shown} role={narrow.value ? 'tabpanel' : undefined} aria-label={title}>
        {mounted && <Lazy load={section.load} />}
      </div>
    </section>
  );
}
