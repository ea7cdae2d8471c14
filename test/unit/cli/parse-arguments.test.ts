import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import type { CommandSpec } from '../../../src/cli/command.ts';
import { splitLine } from '../../../src/cli/global-options.ts';
import { overview } from '../../../src/cli/overview.ts';
import { parseArguments } from '../../../src/cli/parse-arguments.ts';
import { helpOf, parseWithCommander } from '../../../src/cli/parse-with-commander.ts';
import { MuxwardError } from '../../../src/core/errors.ts';

const SPEC: CommandSpec = {
  arguments: '<name> [rest...]',
  options: [
    { flags: '-n, --lines <n>', about: '' },
    { flags: '-l, --label <k=v>', about: '', many: true },
    { flags: '--env-file <file>', about: '' },
    { flags: '-f, --follow', about: '' },
    { flags: '--no-wait', about: '' },
    { flags: '--worktree [branch]', about: '' },
  ],
  examples: [
    { run: 'a', about: 'b' },
    { run: 'c', about: 'd' },
  ],
  run: () => Promise.resolve(0),
};

function commander(argv: readonly string[]): ReturnType<typeof parseWithCommander> | MuxwardError {
  try {
    return parseWithCommander('x', 'does x', SPEC, argv);
  } catch (error) {
    if (error instanceof MuxwardError) return error;
    throw error;
  }
}

describe('the parser without commander', () => {
  it('takes arguments and options apart', () => {
    expect(parseArguments(SPEC, ['web', '-n', '5', '--label', 'a=1', '--label=b=2', '--env-file', 'x', '-fq', '--no-wait'])).toEqual({
      args: ['web'],
      options: { lines: '5', label: ['a=1', 'b=2'], envFile: 'x', follow: true, quiet: true, wait: false, color: true },
    });
  });

  it('leaves what is not plainly right to commander', () => {
    for (const argv of [[], ['web', '--nope'], ['web', '-n'], ['web', '--help'], ['web', '--worktree'], ['web', '--lines', '-5']]) {
      expect(parseArguments(SPEC, argv)).toBeUndefined();
    }
  });

  it('never understands anything otherwise than commander does', () => {
    const words = ['web', 'api-*', '-', '', '-f', '-q', '-n', '5', '-n5', '-fn', '--lines', '--lines=7', '--label', '-la=1', 'a=1', '--no-wait', '--json', '--', '--follow', '--home', '/h', '--wor', '--follow=1', '-x', '--no-color'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 8 }), (argv) => {
        const plain = parseArguments(SPEC, argv);
        if (plain === undefined) return;
        expect({ argv, parsed: plain }).toEqual({ argv, parsed: commander(argv) });
      }),
      { numRuns: 3000 },
    );
  });
});

describe('commander', () => {
  it('explains what is wrong, with what was meant', () => {
    const error = commander(['web', '--folow']);
    expect(error).toMatchObject({ code: 'usage', exitCode: 2, message: "x: unknown option '--folow'", hint: 'did you mean --follow? see muxward x --help' });
  });

  it('names options that share a word with an unknown one', () => {
    expect(commander(['web', '--env'])).toMatchObject({ hint: 'did you mean --env-file? see muxward x --help' });
    expect(commander(['web', '--follow-file'])).toMatchObject({ hint: 'did you mean --env-file, --follow? see muxward x --help' });
  });
});

describe('options in front of the command', () => {
  it('are taken off', () => {
    expect(splitLine(['--home', '/h', '--json', '-q', 'status', '--watch', 'x'])).toEqual({
      globals: { home: '/h', json: true, quiet: true },
      wants: null,
      name: 'status',
      rest: ['--watch', 'x'],
    });
    expect(splitLine(['--home=/h', '--no-color', '--version'])).toMatchObject({ globals: { home: '/h', color: false }, wants: 'version' });
  });

  it('are refused where they are none, with what was meant', () => {
    expect(() => splitLine(['--jsn', 'status'])).toThrow(expect.objectContaining({ exitCode: 2, hint: expect.stringContaining('did you mean --json?') }));
    expect(() => splitLine(['--home'])).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('help', () => {
  it('shows every command on one screen', () => {
    const text = overview();
    for (const { name, group } of COMMANDS) expect(text.includes(`  ${name} `)).toBe(group !== null);
    expect(text.split('\n').length).toBeLessThanOrEqual(66);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('of every command shows two examples that call it', async () => {
    for (const { name, summary, load } of COMMANDS) {
      const { command } = await load();
      const specs: [string, CommandSpec][] =
        'subcommands' in command ? Object.entries(command.subcommands).map(([sub, spec]) => [`${name} ${sub}`, spec]) : [[name, command]];
      for (const [full, spec] of specs) {
        const help = helpOf(full, summary, spec);
        expect(help.split('\nExamples:\n')[1]?.match(/^ {2}\S?.*muxward/gm)?.length).toBeGreaterThanOrEqual(2);
      }
    }
  });
});
