import { describe, expect, it } from 'vitest';
import { read } from './documents.ts';
import { faults, faultTable } from './fault-table.ts';

it('README: what happens when something breaks is told in lines of that table, in its order', () => {
  const { text } = read('README.md');
  const section = text.slice(text.indexOf('## What happens when'));
  const rows = section.slice(0, section.indexOf('\n## ', 1)).split('\n').filter((line) => /^\| (\d|soak)/.test(line));
  expect(rows.length).toBeGreaterThan(10);
  const known = faultTable().split('\n');
  expect(rows).toEqual(known.filter((row) => rows.includes(row)));
});

describe('docs/faults.md', () => {
  it('tells every fault that the suite tries, in its words', () => {
    const { text } = read('docs/faults.md');
    const start = text.indexOf('| | What happens |');
    expect(`\n${text.slice(start, text.indexOf('\n\n', start))}\n`).toBe(`\n${faultTable()}\n`);
  });

  it('is of every number from 1 to 36', () => {
    const tried = new Set(faults().map(({ number }) => number));
    const missing = Array.from({ length: 36 }, (_, n) => String(n + 1)).filter((number) => !tried.has(number));
    expect(missing).toEqual([]);
  });
});
