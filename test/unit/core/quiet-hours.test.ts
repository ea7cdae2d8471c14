import { describe, expect, it } from 'vitest';
import { isQuiet, isTimeZone, minuteOfDay, type QuietHours } from '../../../src/core/quiet-hours.ts';

const hours = (from: string, to: string, more: Partial<QuietHours> = {}): QuietHours => ({
  fromMinute: minuteOfDay(from) ?? -1,
  toMinute: minuteOfDay(to) ?? -1,
  zone: 'UTC',
  days: null,
  criticalPasses: true,
  ...more,
});
const at = (time: string): Date => new Date(`${time}Z`);

describe('quiet hours', () => {
  it.each([
    ['2030-01-01T21:59', false],
    ['2030-01-01T22:00', true],
    ['2030-01-02T00:00', true],
    ['2030-01-02T06:59', true],
    ['2030-01-02T07:00', false],
  ])('over midnight: %s', (time, quiet) => {
    expect(isQuiet(hours('22:00', '07:00'), at(time))).toBe(quiet);
  });

  it('within a day, and all day', () => {
    expect(isQuiet(hours('12:00', '13:00'), at('2030-01-01T12:30'))).toBe(true);
    expect(isQuiet(hours('12:00', '13:00'), at('2030-01-01T13:00'))).toBe(false);
    expect(isQuiet(hours('00:00', '24:00'), at('2030-01-01T23:59'))).toBe(true);
  });

  it('follow their time zone, also when its clocks are set', () => {
    const berlin = hours('22:00', '07:00', { zone: 'Europe/Berlin' });
    // 21:30 in winter, 22:30 in summer.
    expect(isQuiet(berlin, at('2030-01-15T20:30'))).toBe(false);
    expect(isQuiet(berlin, at('2030-07-15T20:30'))).toBe(true);
    // On 31 March 2030 at 01:00 UTC clocks went from 02:00 to 03:00: the hours end at 05:00 UTC.
    expect(isQuiet(berlin, at('2030-03-31T04:59'))).toBe(true);
    expect(isQuiet(berlin, at('2030-03-31T05:00'))).toBe(false);
  });

  it('on the days on which they begin', () => {
    // 5 January 2030 is a Saturday.
    const weekend = hours('22:00', '07:00', { days: ['sat'] });
    expect(isQuiet(weekend, at('2030-01-05T23:00'))).toBe(true);
    expect(isQuiet(weekend, at('2030-01-06T03:00'))).toBe(true);
    expect(isQuiet(weekend, at('2030-01-06T23:00'))).toBe(false);
    expect(isQuiet(weekend, at('2030-01-05T03:00'))).toBe(false);
  });
});

it('times of day and zones are known from what is none', () => {
  expect(['7:05', '24:00', '24:01', '12:60', 'noon', '22'].map(minuteOfDay)).toEqual([425, 1440, undefined, undefined, undefined, undefined]);
  expect([isTimeZone('Europe/Berlin'), isTimeZone('UTC'), isTimeZone('Europe/Berlln')]).toEqual([true, true, false]);
});
