/** Writes a text anew with one element per line and two spaces per level. Comments and blank lines stay. */

const INDENT = '  ';
/** A tag that is longer is broken between its attributes. */
const WIDTH = 110;

type Piece =
  | { kind: 'open' | 'close' | 'empty' | 'aside'; raw: string; blank: boolean; beside: boolean }
  | { kind: 'text'; raw: string; blank: boolean; beside: boolean };

/** The text in order, or `null` where its tags do not fit together: then it is for its author to mend. */
export function format(text: string): string | null {
  const pieces = split(text);
  if (!pieces) return null;
  const out: string[] = [];
  const open: string[] = [];
  let inline = false;
  for (const piece of pieces) {
    const name = /^<\/?([^\s/>]+)/.exec(piece.raw)?.[1] ?? '';
    if (piece.kind === 'close') {
      if (open.pop() !== name) return null;
      // What was just opened has nothing inside.
      const last = out.at(-1);
      if (inline || (last !== undefined && isOpening(last, name))) {
        out[out.length - 1] = `${last}</${name}>`;
        inline = false;
        continue;
      }
    }
    const indent = INDENT.repeat(open.length);
    if (piece.kind === 'text') {
      out[out.length - 1] += piece.raw;
      inline = true;
      continue;
    }
    const lines = piece.kind === 'aside' ? aside(piece.raw, indent) : [tag(piece.raw, indent)];
    if (piece.blank && out.length > 0 && piece.kind !== 'close') out.push('');
    if (piece.beside && piece.kind === 'aside' && lines.length === 1 && out.length > 0) out[out.length - 1] += `  ${piece.raw}`;
    else out.push(...lines);
    if (piece.kind === 'open') open.push(name);
  }
  return open.length > 0 ? null : `${out.join('\n')}\n`;
}

function isOpening(line: string, name: string): boolean {
  return line.trimStart().startsWith(`<${name}`) && line.endsWith('>') && !line.endsWith('/>') && !line.endsWith('-->') && !line.includes('</');
}

const PIECE = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<![^>]*>|<\/?[^\s<>/"']+(?:\s+[^\s<>/"'=]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*\/?>|[^<]+/y;

function split(text: string): Piece[] | null {
  const pieces: Piece[] = [];
  let [space, at] = ['', 0];
  while (at < text.length) {
    PIECE.lastIndex = at;
    const raw = PIECE.exec(text)?.[0];
    if (!raw) return null;
    at += raw.length;
    if (raw.trim() === '') {
      space = raw;
      continue;
    }
    const blank = /\n[^\S\n]*\n/.test(space);
    const beside = pieces.length > 0 && !space.includes('\n');
    if (!raw.startsWith('<')) pieces.push({ kind: 'text', raw: raw.trim(), blank, beside });
    else pieces.push({ kind: kindOf(raw), raw, blank, beside });
    space = '';
  }
  return pieces;
}

function kindOf(raw: string): 'open' | 'close' | 'empty' | 'aside' {
  if (raw.startsWith('<!') || raw.startsWith('<?')) return 'aside';
  if (raw.startsWith('</')) return 'close';
  return raw.endsWith('/>') ? 'empty' : 'open';
}

/** A tag on one line, or with its attributes under each other's beginning. */
function tag(raw: string, indent: string): string {
  if (raw.startsWith('</')) return `${indent}${raw.replace(/\s+/g, '')}`;
  const name = /^<[^\s/>]+/.exec(raw)?.[0] ?? '<';
  const end = raw.endsWith('/>') ? '/>' : '>';
  const parts = [...raw.matchAll(/[^\s<>/"'=]+\s*=\s*(?:"[^"]*"|'[^']*')/g)].map(([part]) =>
    // Long lists of numbers keep the lines that they have.
    part.replace(/^([^\s=]+)\s*=\s*/, '$1='),
  );
  const whole = [indent + name, ...parts].join(' ') + end;
  if (whole.length <= WIDTH || parts.length < 2) return whole;
  const hang = ' '.repeat(indent.length + name.length + 1);
  const lines: string[] = [];
  let line = indent + name;
  for (const part of parts) {
    if (line.length + 1 + part.length > WIDTH && line.trim() !== name && line.trim() !== '') {
      lines.push(line);
      line = hang + part;
    } else line += line === hang ? part : ` ${part}`;
  }
  return [...lines, line + end].join('\n');
}

/** A comment, moved as a whole. */
function aside(raw: string, indent: string): string[] {
  const [first = '', ...rest] = raw.split('\n');
  const depths = rest.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const shared = depths.length > 0 ? Math.min(...depths) : 0;
  const hang = /^<!--\s+\S/.test(first) ? `${indent}     ` : indent;
  const last = rest.length - 1;
  return [
    indent + first.trimEnd(),
    ...rest.map((line, i) => {
      if (line.trim() === '') return '';
      return (i === last && line.trim() === '-->' ? indent : hang + line.slice(shared, line.length - line.trimStart().length)) + line.trim();
    }),
  ];
}
