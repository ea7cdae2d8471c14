import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseWrapperReport } from '../../../src/core/wrapper-report.ts';

it('reads the three kinds of report', () => {
  expect(parseWrapperReport('coder 3 started 4711 123456')).toEqual({
    kind: 'started',
    agent: 'coder',
    generation: 3,
    pid: 4711,
    startTime: 123_456,
  });
  expect(parseWrapperReport('coder 3 ended 137')).toEqual({
    kind: 'ended',
    agent: 'coder',
    generation: 3,
    status: 137,
  });
  expect(parseWrapperReport('coder 0 ended 0')).toEqual({
    kind: 'ended',
    agent: 'coder',
    generation: 0,
    status: 0,
  });
  expect(parseWrapperReport('a 1 failed missing-cwd')).toEqual({
    kind: 'failed',
    agent: 'a',
    generation: 1,
    why: 'missing-cwd',
  });
  expect(parseWrapperReport('a 1 failed missing-command')).toEqual({
    kind: 'failed',
    agent: 'a',
    generation: 1,
    why: 'missing-command',
  });
});

it.each([
  '',
  'coder',
  'coder 3',
  'coder 3 started',
  'coder 3 started 4711',
  'coder 3 started 4711 ',
  'coder 3 started -1 5',
  'coder x ended 0',
  'coder 3 ended',
  'coder 3 ended 1 ',
  ' coder 3 ended 1',
  'coder 3 ended 1.5',
  'coder 3 failed',
  'coder 3 failed otherwise',
  'coder 3 ended 1\n',
  'coder 3 ended 1\r',
  'coder 3 Ended 1',
  'a b 3 ended 1',
  'coder 3 started 1 2 3',
  'coder  3 ended 1',
])('takes %j for none', (line) => {
  expect(parseWrapperReport(line)).toBeUndefined();
});

it('takes no report for another one that was cut short', () => {
  const report = 'coder 12 started 4711 123456';
  fc.assert(
    fc.property(fc.integer({ min: 0, max: report.length - 1 }), (length) => {
      const cut = parseWrapperReport(report.slice(0, length));
      // Only the last number can be cut unnoticed: a line is a report only with its newline, which the reader checks.
      expect(cut === undefined || report.slice(0, length).startsWith('coder 12 started 4711 ')).toBe(true);
    }),
  );
});

it('never throws', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      expect(() => parseWrapperReport(line)).not.toThrow();
    }),
  );
});
