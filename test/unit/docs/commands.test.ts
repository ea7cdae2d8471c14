import { describe, expect, it } from 'vitest';
import { COMMANDS, findCommand } from '../../../src/cli/command-table.ts';
import type { CommandSpec, LoadedCommand } from '../../../src/cli/command.ts';
import { splitLine } from '../../../src/cli/global-options.ts';
import { parseWithCommander } from '../../../src/cli/parse-with-commander.ts';
import { callsIn } from './command-lines.ts';
import { documents, read, tableUnder } from './documents.ts';
import { EXIT } from '../../../src/core/errors.ts';

const shown = COMMANDS.filter(({ group }) => group !== null);

/** Why the command line would refuse this call; undefined where it would take it. */
async function faultOf(words: readonly string[]): Promise<string | undefined> {
  try {
    const { name, wants, rest } = splitLine(words);
    const isNotation = name === undefined || /^[A-Z…[]/.test(name);
    if (wants !== null || isNotation) return undefined;
    const entry = findCommand(name);
    if (entry === undefined) return `there is no command ${name}`;
    const { command } = await entry.load();
    const [spec, argv] = choose(command, rest);
    if (spec === undefined) return `${name} has no command ${rest[0]}`;
    const cut = spec.takesCommand ? argv.indexOf('--') : -1;
    if (!spec.passesThrough) parseWithCommander(name, '', spec, cut < 0 ? argv : argv.slice(0, cut));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function choose(command: LoadedCommand, rest: readonly string[]): [CommandSpec | undefined, readonly string[]] {
  if (!('subcommands' in command)) return [command, rest];
  const [named = command.otherwise ?? '', ...argv] = rest;
  return [command.subcommands[named], argv];
}

describe('calls of muxward in the documents', () => {
  it('are taken apart as a shell would', () => {
    const text = '```sh\n$ muxward spawn "a b" -- sh -c \'x; y\' | cat  # remark\nkill $(muxward status web --json | jq .)\n```\n`bin/muxward ls`';
    expect(callsIn(text)).toEqual([['spawn', 'a b', '--', 'sh', '-c', 'x; y'], ['status', 'web', '--json'], ['ls']]);
  });

  it('are refused where a command or a flag is none', async () => {
    expect(await faultOf(['frobnicate'])).toMatch(/no command/);
    expect(await faultOf(['daemon', 'dance'])).toMatch(/no command/);
    expect(await faultOf(['status', '--frobnicate'])).toMatch(/unknown option/);
    expect(await faultOf(['attach', 'one', 'two'])).toMatch(/too many arguments/);
  });

  for (const { file, text } of documents()) {
    it(`use existing commands and flags: ${file}`, async () => {
      const calls = callsIn(text);
      const faults = await Promise.all(calls.map(async (words) => [words.join(' '), await faultOf(words)]));
      expect(faults.filter(([, fault]) => fault !== undefined)).toEqual([]);
    });
  }

  it('are many in README.md and docs/cli.md', () => {
    expect(callsIn(read('README.md').text).length).toBeGreaterThan(15);
    expect(callsIn(read('docs/cli.md').text).length).toBeGreaterThan(shown.length);
  });
});

describe('docs/cli.md', () => {
  const { text } = read('docs/cli.md');

  it('has a section for every command, with an example of it, and for no other', () => {
    const sections = text.split(/^### /m).slice(1);
    const names = sections.map((section) => /^`(.+)`/.exec(section)?.[1]);
    expect(names).toEqual(shown.map(({ name }) => name));
    for (const [i, section] of sections.entries()) expect(callsIn(section).map(([name]) => name)).toContain(names[i]);
  });

  it('has an example of every command of a group', async () => {
    const calls = callsIn(text);
    for (const { name, load } of shown) {
      const { command } = await load();
      if (!('subcommands' in command)) continue;
      const shownOnes = new Set(calls.filter(([first]) => first === name).map(([, second]) => second));
      expect([...shownOnes]).toEqual(expect.arrayContaining(Object.keys(command.subcommands)));
    }
  });

  it('lists the exit statuses there are', () => {
    expect(tableUnder(text, '## Exit status').map(([status]) => Number(status))).toEqual(Object.values(EXIT));
  });
});
