/** Amounts of what agents may use, for people. Pure. */
import type { LimitName } from './limits.ts';
import { formatDuration, formatSize } from './units.ts';

/** So much of what is limited, in words. */
export function limitAmount(limit: LimitName, value: number): string {
  switch (limit) {
    case 'memory':
      return `${formatSize(value)} memory`;
    case 'output':
      return `${formatSize(value)} output`;
    case 'timeout':
      return formatDuration(value);
    case 'cpu':
      return `${Number(value.toFixed(2))} cores`;
    case 'processes':
      return `${value} processes`;
  }
}
