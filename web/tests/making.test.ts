import { describe, expect, it, vi } from 'vitest';

vi.mock('../src/app', () => ({ api: {} }));
const { marked } = await import('../src/dock/making');

describe('words that are not known', () => {
  it('are marked as words, whatever their case', () => {
    expect(marked('A Unicorn on a unicorns unicorn', ['unicorn'])).toEqual(['A ', 'Unicorn', ' on a unicorns ', 'unicorn', '']);
  });

  it('are text, not a pattern', () => {
    expect(marked('a (ball)+ [x', ['.', '[x'])).toEqual(['a (ball)+ ', '[x', '']);
    expect(marked('a ball', [])).toEqual(['a ball']);
  });
});
