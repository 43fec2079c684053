import type { Field } from './schema';
import { inline } from './prose';

/** Fields with their types, and what is within them. */
export function Fields({ fields }: { fields: readonly Field[] }) {
  return (
    <ul class="fields">
      {fields.map((field) => (
        <li>
          <div class="field">
            <div class="field-what">
              {field.name && <code class="field-name">{field.name}</code>}
              <code class="field-type">{field.type}</code>
              {field.name && field.optional && <span class="field-optional">optional</span>}
            </div>
            {field.note && <span class="field-note">{inline(field.note)}</span>}
          </div>
          {field.fields.length > 0 && <Within field={field} />}
        </li>
      ))}
    </ul>
  );
}

function Within({ field }: { field: Field }) {
  const of = field.name || field.type;
  const count = field.fields.length;
  const what = field.fields.some((inner) => inner.name) ? 'field' : 'form';
  return (
    <details class="within">
      <summary>
        <span class="sr-only">{of}: </span>
        {count === 1 ? `1 ${what}` : `${count} ${what}s`}
      </summary>
      <Fields fields={field.fields} />
    </details>
  );
}
