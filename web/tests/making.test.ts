import { describe, expect, it, vi } from 'vitest';

vi.mock('../src/app', () => ({ api: {} }));
const { marked, stageWords } = await import('../src/dock/making');

describe('words that are not known', () => {
  it('are marked as words, whatever their case', () => {
    expect(marked('A Unicorn on a unicorns unicorn', ['unicorn'])).toEqual(['A ', 'Unicorn', ' on a unicorns ', 'unicorn', '']);
  });

  it('are text, not a pattern', () => {
    expect(marked('a (ball)+ [x', ['.', '[x'])).toEqual(['a (ball)+ ', '[x', '']);
    expect(marked('a <b>/-', ['<', '>', '/', '-']).filter((_, i) => i % 2)).toEqual(['/', '-']);
    expect(marked('a ball', [])).toEqual(['a ball']);
  });
});

describe('how far a scene is', () => {
  it('is said in words', () => {
    expect(stageWords({ stage: 'asking', round: 1 })).toBe('Asking the model …');
    expect(stageWords({ stage: 'receiving', round: 2, received_bytes: 1234 })).toBe('The plan comes, 1.2 kB, mended for the first time …');
    expect(stageWords({ stage: 'pausing', round: 1, again_in_s: 3.2 })).toBe('The provider is busy: again in 4 s …');
    expect(stageWords({ stage: '<img>' })).toBe('');
    expect(stageWords({ stage: 'toString' })).toBe('');
  });
});
