import { describe, expect, it } from 'vitest';
import { events, Parser } from '../src/connection/told';

const STREAM = 'event: progress\ndata: {"stage":"asking"}\n\n: still here\n\nevent:scene\r\ndata: a\r\ndata: ü\r\n\r\nevent: cut\ndata: x';

describe('a stream of events', () => {
  it('is read alike whatever its pieces', () => {
    const whole = new Parser().take(STREAM);
    expect(whole).toEqual([
      { name: 'progress', data: '{"stage":"asking"}' },
      { name: 'scene', data: 'a\nü' },
    ]);
    for (let size = 1; size < 12; size += 1) {
      const parser = new Parser();
      const read = [];
      for (let at = 0; at < STREAM.length; at += size) read.push(...parser.take(STREAM.slice(at, at + size)));
      expect(read).toEqual(whole);
    }
  });

  it('has bounds', () => {
    const parser = new Parser();
    const piece = 'x'.repeat(1 << 20);
    expect(() => { for (let i = 0; i < 10; i += 1) parser.take(piece); }).toThrow('no end');
  });

  it('is decoded across the bytes of a letter', async () => {
    const bytes = new TextEncoder().encode(STREAM);
    const body = new ReadableStream<Uint8Array>({
      start(to) {
        for (const byte of bytes) to.enqueue(Uint8Array.of(byte));
        to.close();
      },
    });
    const read = [];
    for await (const one of events(body)) read.push(one);
    expect(read[1]?.data).toBe('a\nü');
  });
});
