import { describe, expect, it } from 'vitest';
import { read } from './documents.ts';
import { faults, faultTable } from './fault-table.ts';

describe('docs/faults.md', () => {
  it('tells every fault that the suite tries, in its words', () => {
    const { text } = read('docs/faults.md');
    const start = text.indexOf('| | What happens |');
    expect(`\n${text.slice(start, text.indexOf('\n\n', start))}\n`).toBe(`\n${faultTable()}\n`);
  });

  it('is of every number from 1 to 36, but for usage limits, which no program of the suite can meet', () => {
    const tried = new Set(faults().map(({ number }) => number));
    const missing = Array.from({ length: 36 }, (_, n) => String(n + 1)).filter((number) => !tried.has(number));
    expect(missing).toEqual(['31']);
  });
});
