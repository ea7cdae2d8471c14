import { describe, expect, it } from 'vitest';
import { clip } from '../../../src/cli/render/live-view.ts';
import { fit, renderTable } from '../../../src/cli/render/table.ts';

const COLUMNS = [{ header: 'A' }, { header: 'B', goes: 2 }, { header: 'C', goes: 1 }, { header: 'D', goes: 1 }, { header: 'E', shrinksTo: 4 }];
const WIDTHS = [5, 5, 5, 5, 20];

describe('columns of a table', () => {
  it('all stay where there is room', () => {
    expect(fit(COLUMNS, WIDTHS, 48)).toEqual([5, 5, 5, 5, 20]);
  });

  it('shrink before one goes', () => {
    expect(fit(COLUMNS, WIDTHS, 40)).toEqual([5, 5, 5, 5, 12]);
  });

  it('go in order, those of one number together', () => {
    expect(fit(COLUMNS, WIDTHS, 30)).toEqual([5, 5, undefined, undefined, 16]);
    expect(fit(COLUMNS, WIDTHS, 12)).toEqual([5, undefined, undefined, undefined, 5]);
  });

  it('never go where they have no number', () => {
    expect(fit(COLUMNS, WIDTHS, 1)).toEqual([5, undefined, undefined, undefined, 4]);
  });

  it('are aligned by what a terminal shows, not by the number of characters', () => {
    const lines = renderTable([{ header: 'X' }, { header: 'Y' }], [['日本', 'a'], ['\u001B[31mred\u001B[39m', 'b'], ['plain', 'c']], 100);
    expect(lines).toEqual(['X      Y', '日本   a', '\u001B[31mred\u001B[39m    b', 'plain  c']);
  });
});

describe('a live view', () => {
  it('is cut at the bottom, and says so', () => {
    expect(clip('1\n2\n3\n4\n5', 10)).toBe('1\n2\n3\n4\n5');
    expect(clip('1\n2\n3\n4\n5', 4)).toBe('1\n2\n… 3 more lines: a taller window shows them');
  });
});
