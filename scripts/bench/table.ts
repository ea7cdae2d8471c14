/** The result as a table for people: a line for each measure, its bars behind it. Pure. */
import Table from 'cli-table3';
import { judge, type Line, type Subject } from './line.ts';

const SUBJECTS: readonly { readonly subject: Subject; readonly header: string }[] = [
  { subject: 'muxward', header: 'muxward' },
  { subject: 'tmux', header: 'tmux' },
  { subject: 'pm2', header: 'pm2' },
  { subject: 'node', header: 'node -e 0' },
  { subject: 'git', header: 'git' },
  { subject: 'sh', header: 'sh -c :' },
  { subject: 'claude', header: 'bare claude' },
];
const BORDERS = ['top', 'bottom', 'left', 'right', 'mid'].flatMap((part) => [
  part,
  `${part}-mid`,
  `${part}-left`,
  `${part}-right`,
]);

/** Only those have a column that were measured. */
export function renderLines(lines: readonly Line[]): string {
  const subjects = SUBJECTS.filter(({ subject }) => subject === 'muxward' || lines.some(({ values }) => subject in values));
  const table = new Table({
    head: ['', ...subjects.map(({ header }) => header), 'bar'],
    chars: {
      ...Object.fromEntries(BORDERS.map((part) => [part, ''])),
      middle: '',
      'left-mid': '',
      'right-mid': '',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    colAligns: ['left', ...subjects.map(() => 'right' as const), 'left'],
  });
  for (const line of lines) {
    const name = line.unit === '' ? line.what : `${line.what}, ${line.unit}`;
    const numbers = subjects.map(({ subject }) => formatNumber(line.values[subject]));
    const [first = '', ...more] = line.bars.map((bar) => renderBar(line, bar));
    table.push([name, ...numbers, first], ...more.map((text) => ['', ...subjects.map(() => ''), text]));
  }
  return table
    .toString()
    .split('\n')
    .map((row) => row.trimEnd())
    .join('\n');
}

function renderBar(line: Line, bar: Line['bars'][number]): string {
  const { text, held } = judge(line, bar);
  return `${held ? '✔' : '✘'} ${text}`;
}

function formatNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (Number.isInteger(value) || value >= 100) return value.toFixed(0);
  return value.toFixed(value < 10 ? 2 : 1);
}
