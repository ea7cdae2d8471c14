/** Shows what `doctor` found: what is well in two columns, then notes, then problems with what to do. */
import stringWidth from 'string-width';
import type { Palette } from '../render/palette.ts';
import type { NamedFinding } from './checks.ts';

const GAP = 2;
const REMEDY_COLUMN = 35;

/** @param width of the terminal; infinite in a pipe, where each finding has a line of its own */
export function renderFindings(findings: readonly NamedFinding[], palette: Palette, width: number): string {
  const of = (verdict: NamedFinding['verdict']): NamedFinding[] => findings.filter((finding) => finding.verdict === verdict);
  const good = of('ok').map(({ message }) => `${palette.good('✔')} ${message}`);
  const notes = of('note').map((finding) => `${palette.attention('!')} ${withRemedy(finding, palette)}`);
  const problems = of('problem').map((finding) => `${palette.bad('✘')} ${withRemedy(finding, palette)}`);
  return [...inColumns(good, width), ...notes, ...problems, sum(problems.length, notes.length)].map((line) => `${line}\n`).join('');
}

function withRemedy({ message, remedy }: NamedFinding, palette: Palette): string {
  if (remedy === null) return message;
  const gap = ' '.repeat(Math.max(1, REMEDY_COLUMN - 2 - stringWidth(message)));
  return `${message}${gap}${palette.faint('→')} ${remedy}`;
}

function inColumns(lines: readonly string[], width: number): string[] {
  const left = Math.max(0, ...lines.map((line) => stringWidth(line)));
  if (!Number.isFinite(width) || left * 2 + GAP > width) return [...lines];
  return Array.from({ length: Math.ceil(lines.length / 2) }, (_, row) => {
    const [first = '', second = ''] = lines.slice(row * 2);
    return `${first}${' '.repeat(left - stringWidth(first) + GAP)}${second}`.trimEnd();
  });
}

function sum(problems: number, notes: number): string {
  if (problems + notes === 0) return 'All is well.';
  const parts = [count(problems, 'problem'), count(notes, 'note')].filter((part) => part !== '');
  return parts.join(', ');
}

function count(number: number, word: string): string {
  return number === 0 ? '' : `${number} ${word}${number === 1 ? '' : 's'}`;
}
