/** Points in time as people write them: `--since 10m`, `--since 2030-01-31T12:00:00Z`. */
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { parseDuration } from '../core/units.ts';

/**
 * Milliseconds since 1970. A duration means that long ago; a date without a zone is local time.
 * @throws MuxwardError `usage` naming `option`.
 */
export function parseTime(text: string, option: string, nowMs: number): number {
  if (/^\d+(\.\d+)?\s*[a-z]/i.test(text)) return nowMs - parseDuration(text, option);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text.replace(' ', 'T')) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new MuxwardError('usage', `${option}: "${printable(text)}" is no time`, {
    hint: `a time such as 2030-01-31T12:00:00Z, or how long ago: ${option} 10m`,
  });
}
