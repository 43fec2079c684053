import { useState } from 'preact/hooks';
import type { Content, Description, Entry, Parameter, Reply, Schemas } from './document';
import { curl } from './example';
import { Fields } from './Fields';
import { Prose, inline } from './prose';
import { outline, resolve, typeOf } from './schema';

/** How long a button says that it has copied, ms. */
const COPIED_MS = 1500;

interface Props {
  entry: Entry;
  description: Description;
  open: boolean;
}

/** An operation: a line that opens. */
export function OperationView({ entry, description, open }: Props) {
  return (
    <details class="operation" id={entry.id} open={open}>
      <summary>
        <span class={`method method-${entry.method}`}>{entry.method.toUpperCase()}</span>
        <code class="path">{path(entry.path)}</code>
        <span class="operation-summary">{entry.summary && inline(entry.summary)}</span>
      </summary>
      <Body entry={entry} description={description} />
    </details>
  );
}

function Body({ entry, description }: Omit<Props, 'open'>) {
  const schemas = description.components?.schemas ?? {};
  const line = curl(entry, schemas, location.origin);
  const body = entry.requestBody;
  return (
    <div class="operation-body">
      {entry.description && <Prose text={entry.description} />}
      {line && <Line text={line} />}
      {entry.parameters && entry.parameters.length > 0 && (
        <section>
          <h4>Parameters</h4>
          <Fields fields={entry.parameters.flatMap((one) => parameter(one, schemas))} />
        </section>
      )}
      {body?.content && (
        <section>
          <h4>Body{body.required ? '' : ' (may be missing)'}</h4>
          <Contents content={body.content} schemas={schemas} />
        </section>
      )}
      <section>
        <h4>Replies</h4>
        <Replies replies={entry.responses ?? {}} schemas={schemas} />
      </section>
      <a class="permalink" href={`#${entry.id}`} aria-label={`Link to ${entry.method} ${entry.path}`}>
        #{entry.id}
      </a>
    </div>
  );
}

/** A line to copy. */
function Line({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <div class="line">
      <pre tabIndex={0}>{text}</pre>
      {/* Browsers have no clipboard for pages that come over plain HTTP from elsewhere. */}
      {window.isSecureContext && (
        <button type="button" onClick={() => void copy().catch(() => {})}>
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </button>
      )}
    </div>
  );
}

function Replies({ replies, schemas }: { replies: Readonly<Record<string, Reply>>; schemas: Schemas }) {
  const all = Object.entries(replies);
  const refusals = all.filter(([, reply]) => reply.$ref);
  return (
    <>
      {all
        .filter(([, reply]) => !reply.$ref)
        .map(([status, reply]) => (
          <div class="reply">
            <Status status={status} /> <span>{inline(reply.description ?? '')}</span>
            {reply.headers && <Fields fields={headers(reply, schemas)} />}
            {reply.content && <Contents content={reply.content} schemas={schemas} />}
          </div>
        ))}
      {refusals.length > 0 && (
        <details class="refusals">
          <summary>Refusals: {refusals.map(([status]) => status).join(', ')}</summary>
          <ul>
            {refusals.map(([status, reply]) => (
              <li>
                <Status status={status} /> <span>{inline(reply.description ?? '')}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Status({ status }: { status: string }) {
  return <code class={`status status-${status[0]}`}>{status}</code>;
}

function Contents({ content, schemas }: { content: Content; schemas: Schemas }) {
  return (
    <>
      {Object.entries(content).map(([kind, { schema }]) => (
        <div class="content">
          <p class="content-kind">
            <code>{kind}</code>
            {schema && <code class="field-type">{typeOf(schema, schemas)}</code>}
          </p>
          {schema && <About text={resolve(schema, schemas).description} />}
          {schema && <Fields fields={outline(schema, schemas)} />}
        </div>
      ))}
    </>
  );
}

function About({ text }: { text: string | undefined }) {
  return text ? <Prose text={text} /> : null;
}

function parameter(one: Parameter, schemas: Schemas) {
  const { description, ...schema } = one.schema ?? {};
  const meant = { ...schema, description: one.description ?? description ?? '' };
  const name = one.in === 'query' ? `?${one.name}` : `{${one.name}}`;
  return outline({ properties: { [name]: meant }, required: one.required ? [name] : [] }, schemas);
}

function headers(reply: Reply, schemas: Schemas) {
  return Object.entries(reply.headers ?? {}).map(([name, header]) => ({
    name: `${name}:`,
    type: typeOf(header.schema ?? {}, schemas),
    optional: false,
    note: header.description ?? '',
    fields: [],
  }));
}

/** A path with its parameters told apart. */
function path(text: string) {
  return text.split(/(\{\w+\})/).map((part) => (part.startsWith('{') ? <var>{part}</var> : part));
}
