import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MuxwardError } from '../../../src/core/errors.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../../src/core/units.ts';

function failureOf(act: () => unknown): MuxwardError {
  try {
    act();
  } catch (error) {
    if (error instanceof MuxwardError) return error;
  }
  throw new Error('it did not fail as expected');
}

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['10 sec', 10_000],
    ['1.5h', 5_400_000],
    ['1h30m', 5_400_000],
    ['2min', 120_000],
    ['7', 7000],
    ['0', 0],
    ['0.25', 250],
    ['1d', 86_400_000],
    [' 1H 2M 3S ', 3_723_000],
    ['1m1ms', 60_001],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text, '--timeout')).toBe(ms);
  });

  it.each([
    '',
    ' ',
    's',
    '10x',
    '10 years',
    '-5s',
    '1h-3m',
    '5s5',
    'ten',
    '1..5s',
    'Infinity',
    'NaN',
    '1e3',
    '0x10',
    '\u001b[31m',
  ])('refuses %j', (text) => {
    const error = failureOf(() => parseDuration(text, '--timeout'));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toMatch(/^--timeout: ".*" is no duration$/);
    expect(error.hint).toContain('--timeout 30s');
    // oxlint-disable-next-line no-control-regex -- none must reach the user's terminal
    expect(error.message).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('parseSize', () => {
  it.each([
    ['512', 512],
    ['512M', 512 * 2 ** 20],
    ['2GB', 2 ** 31],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['1k', 1024],
    ['10 mb', 10 * 2 ** 20],
    ['1t', 2 ** 40],
    ['100b', 100],
    ['1KiB', 1024],
  ])('%j is %d bytes', (text, bytes) => {
    expect(parseSize(text, '--memory')).toBe(bytes);
  });

  it.each(['', '0', '0G', '-1G', 'G', '1P', '1GBB', '2 G B', 'much', '1e9'])('refuses %j', (text) => {
    const error = failureOf(() => parseSize(text, '--memory'));
    expect(error).toMatchObject({ code: 'usage', message: `--memory: "${text}" is no size` });
    expect(error.hint).toContain('--memory 2GB');
  });
});

describe('for tables', () => {
  it.each([
    [0, '0B'],
    [999, '999B'],
    [1000, '1.0K'],
    [48 * 2 ** 20, '48M'],
    [1.24 * 2 ** 30, '1.2G'],
    [999 * 2 ** 10, '999K'],
    [2 ** 50, '1024T'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it.each([
    [0, '0s'],
    [-5, '0s'],
    [3999, '3s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_599_999, '59m'],
    [3_600_000, '1h'],
    [7_380_000, '2h 3m'],
    [86_400_000, '1d'],
    [435_600_000, '5d 1h'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('sizes take at most five characters', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (bytes) => {
        expect(formatSize(bytes).length).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('what is shown of a duration is read back, to the unit shown', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (ms) => {
        const back = parseDuration(formatDuration(ms), '-');
        expect(back).toBeLessThanOrEqual(ms);
        expect(ms - back).toBeLessThan(ms < 60_000 ? 1000 : ms < 86_400_000 ? 60_000 : 3_600_000);
      }),
    );
  });
});
