/** One line of the result: what each program needed, and the bars that muxward is held to. Pure. */
import { unreachable } from '../../src/core/errors.ts';
import type { Summary } from './stats.ts';

export type Subject = 'muxward' | 'tmux' | 'pm2' | 'node' | 'git' | 'sh' | 'claude';

export type Bar =
  /** muxward needs at most this many times what the other one does. */
  | { readonly kind: 'times-of'; readonly other: Subject; readonly atMost: number }
  /** The other one needs at least this many times what muxward does. */
  | { readonly kind: 'faster-than'; readonly other: Subject; readonly atLeast: number }
  /** muxward needs at most so much more than the other one does, in the line's unit. */
  | { readonly kind: 'more-than'; readonly other: Subject; readonly atMost: number }
  | { readonly kind: 'value'; readonly below: number }
  /** Nothing at all: of what was lost, or not as it should be. */
  | { readonly kind: 'none' };

export interface Line {
  readonly what: string;
  readonly unit: 'ms' | 'ms/s' | 'MB' | 'kB' | 'times' | '';
  readonly values: Readonly<Partial<Record<Subject, number>>>;
  /** Where a value is a median: of what. */
  readonly runs?: Readonly<Partial<Record<Subject, Summary>>>;
  readonly bars: readonly Bar[];
}

export interface Verdict {
  readonly text: string;
  readonly held: boolean;
}

/** A bar that cannot be judged, for want of a number, is not held. */
export function judge(line: Line, bar: Bar): Verdict {
  const ours = line.values.muxward ?? Number.NaN;
  switch (bar.kind) {
    case 'times-of': {
      const ratio = ours / (line.values[bar.other] ?? Number.NaN);
      return {
        text: `${ratio.toFixed(2)} × ${bar.other} (at most ${bar.atMost})`,
        held: ratio <= bar.atMost,
      };
    }
    case 'faster-than': {
      const ratio = (line.values[bar.other] ?? Number.NaN) / ours;
      return {
        text: `${ratio.toFixed(2)} × faster than ${bar.other} (at least ${bar.atLeast})`,
        held: ratio >= bar.atLeast,
      };
    }
    case 'more-than': {
      const more = ours - (line.values[bar.other] ?? Number.NaN);
      return { text: `${more.toFixed(0)} more than ${bar.other} (at most ${bar.atMost})`, held: more <= bar.atMost };
    }
    case 'value':
      return { text: `below ${bar.below}`, held: ours < bar.below };
    case 'none':
      return { text: 'none', held: ours === 0 };
    default:
      return unreachable(bar);
  }
}

export function isHeld(line: Line): boolean {
  return line.bars.every((bar) => judge(line, bar).held);
}

/** A line of medians. Subjects without a single measurement are left out. */
export function lineOfMedians(
  what: string,
  runs: Partial<Record<Subject, Summary>>,
  bars: readonly Bar[] = [],
): Line {
  const measured = Object.entries(runs).filter(([, summary]) => summary.runs > 0);
  const values = Object.fromEntries(measured.map(([subject, summary]) => [subject, summary.median]));
  return { what, unit: 'ms', values, runs: Object.fromEntries(measured), bars };
}
