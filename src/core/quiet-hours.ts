/** Hours in which nobody is told of what can wait. In a time zone by name, so that they move with summer time. Pure. */

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface QuietHours {
  /** Minutes since midnight. Where `to` is not after `from`, they end on the next day. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** IANA's name; null means the machine's own. */
  readonly zone: string | null;
  /** Days on which they begin; null means every day. */
  readonly days: readonly Weekday[] | null;
  /** Critical alerts are told all the same. */
  readonly criticalPasses: boolean;
}

const DAY_MINUTES = 24 * 60;

/** True at a moment within them. */
export function isQuiet({ fromMinute, toMinute, zone, days }: QuietHours, at: Date): boolean {
  const { minute, day } = localTime(at, zone);
  const begins = (weekday: number): boolean => days === null || days.includes(WEEKDAYS[weekday % 7] ?? 'sun');
  if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute && begins(day);
  return (minute >= fromMinute && begins(day)) || (minute < toMinute && begins(day + 6));
}

/** Minutes since midnight from `22:00`; undefined where it is no time of day. `24:00` is the day's end. */
export function minuteOfDay(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN;
  return Number(match?.[2]) < 60 && minute <= DAY_MINUTES ? minute : undefined;
}

/** True where the machine's time zone data knows it. */
export function isTimeZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function localTime(at: Date, zone: string | null): { minute: number; day: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
    hourCycle: 'h23',
    ...(zone === null ? {} : { timeZone: zone }),
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const weekday = (parts['weekday'] ?? '').toLowerCase();
  return { minute: Number(parts['hour']) * 60 + Number(parts['minute']), day: WEEKDAYS.findIndex((each) => each === weekday) };
}
