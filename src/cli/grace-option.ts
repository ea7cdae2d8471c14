/** `--grace`: how long an agent may take to end by itself. */
import { parseDuration } from '../core/units.ts';
import type { OptionSpec } from './option.ts';

export const GRACE_OPTION: OptionSpec = { flags: '--grace <duration>', about: 'between SIGTERM and SIGKILL (default: 10s)' };

/** As part of a request; empty where nothing was said. @throws MuxwardError `usage`. */
export function graceOf(text: string | undefined): { graceMs?: number } {
  return text === undefined ? {} : { graceMs: parseDuration(text, '--grace') };
}
