/** The help of a command that has commands of its own. */
import type { CommandGroup } from './command.ts';
import { exampleLines, wrapped } from './help-text.ts';

export function groupHelp(name: string, summary: string, { subcommands, otherwise }: CommandGroup): string {
  const width = Math.max(...Object.keys(subcommands).map((key) => key.length));
  const rows = Object.entries(subcommands).map(
    ([key, spec]) => `  ${key.padEnd(width)}   ${wrapped(`${spec.summary}${key === otherwise ? ' (if none is named)' : ''}`, width + 5).trimStart()}`,
  );
  const examples = Object.values(subcommands).slice(0, 2).map(({ examples: [first] }) => first);
  return [
    `Usage: muxward ${name} COMMAND [options]`,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    '',
    'Commands:',
    ...rows,
    '',
    'Examples:',
    ...exampleLines(examples),
    '',
    `muxward ${name} COMMAND --help tells the rest.`,
    '',
  ].join('\n');
}
