/** The little Markdown that descriptions have: paragraphs, tables and `code`. */

import type { ComponentChildren } from 'preact';

export function Prose({ text }: { text: string }) {
  const blocks = text.trim().split(/\n\s*\n/);
  return (
    <div class="prose">
      {blocks.map((block) => (block.startsWith('|') ? <Table text={block} /> : <p>{inline(block)}</p>))}
    </div>
  );
}

/** A line of text with `code` in it. */
export function inline(text: string): ComponentChildren {
  return text.split(/`([^`]*)`/).map((part, at) => (at % 2 === 1 ? <code>{part}</code> : part));
}

function Table({ text }: { text: string }) {
  const cells = (line: string) => line.replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
  const [head, , ...rows] = text.trim().split('\n').map((line) => cells(line.trim()));
  return (
    <table>
      <thead>
        <tr>{head?.map((cell) => <th scope="col">{inline(cell)}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>{row.map((cell) => <td>{inline(cell)}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}
