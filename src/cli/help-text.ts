/** How help fits the terminal that it is read in. */
import { Help } from 'commander';
import type { CommandSpec } from './command.ts';
import { isTerminal } from './output.ts';

/** Longer lines are hard to read. */
const WIDEST = 100;
const NARROWEST = 40;
/** Beside an option, or indented. */
export const NARROWEST_COLUMN = 20;

export function helpWidth(): number {
  return isTerminal(1) ? Math.max(NARROWEST, Math.min(WIDEST, process.stdout.columns ?? 80)) : WIDEST;
}

export function wrapped(text: string, indent = 0): string {
  const help = Object.assign(new Help(), { minWidthToWrap: NARROWEST_COLUMN });
  const lines = help.boxWrap(text, helpWidth() - indent).split('\n');
  return lines.map((line) => `${' '.repeat(indent)}${line}`).join('\n');
}

/** What each is for stands beside it where there is room for all, else below it. */
export function exampleLines(examples: readonly CommandSpec['examples'][number][]): string[] {
  const width = Math.max(...examples.map(({ run }) => run.length));
  const fitsBeside = examples.every(({ about }) => width + about.length + 5 <= helpWidth());
  return examples.map(({ run, about }) => (fitsBeside ? `  ${run.padEnd(width)}   ${about}` : `  ${run}\n${wrapped(about, 6)}`));
}
