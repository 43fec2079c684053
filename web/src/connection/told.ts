/** Answers that are told of while they are made: server-sent events (HTML Standard §9.2) of one `fetch`. */

/** An event of a stream. */
export interface Told {
  name: string;
  data: string;
}

/** Longest event that is kept, characters: a scene with its plan is far shorter. */
const LONGEST = 8 << 20;

/** Events of text that comes in pieces of any size. What was begun without an empty line behind it counts for nothing. */
export class Parser {
  #rest = '';

  take(piece: string): Told[] {
    // A line end may be cut in two: what may still be one waits for the next piece.
    const text = this.#rest + piece;
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const blocks = whole.replace(/\r\n?/g, '\n').split('\n\n');
    this.#rest = (blocks.pop() ?? '') + text.slice(whole.length);
    if (this.#rest.length > LONGEST) throw new Error('an event has no end');
    return blocks.map(event).filter((one) => one !== undefined);
  }
}

function event(block: string): Told | undefined {
  let name = '';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  }
  return data.length > 0 ? { name, data: data.join('\n') } : undefined;
}

/** Events as they come. It ends with the stream, and throws when that breaks. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  const parser = new Parser();
  const [decoder, reader] = [new TextDecoder(), body.getReader()];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.take(decoder.decode(value, { stream: true }));
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
