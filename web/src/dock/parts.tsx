import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { plain, typed } from './units';

/** A switch with a label, and the key that does the same. */
export function Switch(props: { label: string; on: boolean; off?: boolean; kbd?: string | undefined; dim?: boolean; set: (on: boolean) => void }) {
  return (
    <label class={props.dim ? 'switch switch-dim' : 'switch'}>
      <input type="checkbox" role="switch" checked={props.on} disabled={props.off ?? false} onChange={(e) => props.set(e.currentTarget.checked)} />
      <span class="switch-name">{props.label}</span>
      {props.kbd && <kbd aria-hidden="true">{props.kbd}</kbd>}
    </label>
  );
}

interface NumberFieldProps {
  label: string;
  value: number | undefined;
  /** How it is written while nobody types. */
  write?: (value: number) => string;
  unit?: string;
  off?: boolean;
  /** Whether the label is for screen readers alone. */
  bare?: boolean;
  set: (value: number) => void;
}

/** A number to type: taken on Enter and when it is left, and given up on Escape. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, write = plain, set } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const wrong = draft !== null && typed(draft) === null;
  const take = () => {
    const next = draft === null ? null : typed(draft);
    setDraft(null);
    if (next !== null && next !== value) set(next);
  };
  const input = (
    <span class="number-box">
      <input
        class="number-input"
        type="text"
        autocomplete="off"
        aria-label={props.bare ? label : undefined}
        aria-invalid={wrong}
        disabled={props.off ?? false}
        value={draft ?? (value === undefined ? '' : write(value))}
        onFocus={(e) => e.currentTarget.select()}
        onInput={(e) => setDraft(e.currentTarget.value)}
        onBlur={take}
        onKeyDown={(e) => {
          if (e.key === 'Enter') take();
          else if (e.key === 'Escape' && draft !== null) {
            e.preventDefault();
            setDraft(null);
          }
        }}
      />
      {props.unit && <span class="unit">{props.unit}</span>}
    </span>
  );
  if (props.bare) return input;
  return (
    <label class="field">
      <span class="field-name">{label}</span>
      {input}
    </label>
  );
}

export function Choice(props: { label: string; value: string; off?: boolean; options: readonly (readonly [string, string])[]; set: (value: string) => void; kbd?: string }) {
  return (
    <label class="field">
      <span class="field-name">
        {props.label}
        {props.kbd && <kbd aria-hidden="true">{props.kbd}</kbd>}
      </span>
      <select class="select" value={props.value} disabled={props.off ?? false} onChange={(e) => props.set(e.currentTarget.value)}>
        {props.options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A few choices side by side. */
export function Segments<T extends string>(props: { label: string; value: T; options: readonly (readonly [T, string])[]; set: (value: T) => void }) {
  return (
    <div class="pick" role="radiogroup" aria-label={props.label}>
      {props.options.map(([value, words]) => (
        <button key={value} type="button" role="radio" class="pick-one" aria-checked={value === props.value} onClick={() => props.set(value)}>
          {words}
        </button>
      ))}
    </div>
  );
}

export function Filter({ label, value, set }: { label: string; value: string; set: (text: string) => void }) {
  return (
    <input
      class="text-input filter"
      type="search"
      placeholder={label}
      aria-label={label}
      value={value}
      onInput={(e) => set(e.currentTarget.value)}
    />
  );
}

export function Small(props: { act: () => void; primary?: boolean; danger?: boolean; off?: boolean; id?: string; name?: string; children: ComponentChildren }) {
  const kind = props.primary ? ' small-button-primary' : props.danger ? ' small-button-danger' : '';
  return (
    <button type="button" id={props.id} class={`small-button${kind}`} aria-label={props.name} disabled={props.off ?? false} onClick={props.act}>
      {props.children}
    </button>
  );
}

/** A button that asks once more before it does what cannot be undone. */
export function Sure(props: { label: string; again: string; name?: string; act: () => void }) {
  const [asked, setAsked] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const press = () => {
    window.clearTimeout(timer.current);
    if (asked) props.act();
    else timer.current = window.setTimeout(() => setAsked(false), 4_000);
    setAsked(!asked);
  };
  return (
    <Small act={press} danger={asked} {...(props.name ? { name: asked ? `${props.again}: ${props.name}` : `${props.label} ${props.name}` } : {})}>
      {asked ? props.again : props.label}
    </Small>
  );
}

/** Groups fields under a title. */
export function Fold({ title, open = false, children }: { title: string; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="fold" open={open}>
      <summary>{title}</summary>
      <div class="fold-body">{children}</div>
    </details>
  );
}
