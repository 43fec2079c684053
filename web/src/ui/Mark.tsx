import { colourOf } from '../company';

/** As many as `people.css` names. */
const COLOURS = 6;

/** The class that gives a viewer's colour. */
export function colourClass(id: string): string {
  return `person-colour-${colourOf(id, COLOURS)}`;
}

/** A viewer's number on a disc of the viewer's colour. */
export function Mark({ id }: { id: string }) {
  return (
    <span class={`mark ${colourClass(id)}`} aria-hidden="true">
      {/\d{1,3}$/.exec(id)?.[0] ?? id.slice(0, 2)}
    </span>
  );
}
