/** The faults of test/faults, as their tests name them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './documents.ts';

export interface Fault {
  readonly number: string;
  readonly done: string;
  readonly holds: string;
}

const CALL = /\bfault\(\s*(\d+|'soak'),\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`),\s*'((?:[^'\\]|\\.)*)'/g;

/** By number; one that a loop tries in several ways is one. */
export function faults(): Fault[] {
  const folder = path.join(root, 'test/faults');
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
  return files.sort().flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(CALL)].map(([, number = '', plain, template, holds = '']) => ({
      number: number.replaceAll("'", ''),
      done: plain ?? (template ?? '').replaceAll(/ \(\$\{\w+\}\)/g, ''),
      holds,
    })),
  ).sort((a, b) => (Number(a.number) || Infinity) - (Number(b.number) || Infinity));
}

/** As it stands in docs/faults.md. */
export function faultTable(): string {
  const rows = faults().map(({ number, done, holds }) => `| ${number} | ${done} | ${holds} |`);
  return ['| | What happens | What holds |', '|---|---|---|', ...rows].join('\n');
}
