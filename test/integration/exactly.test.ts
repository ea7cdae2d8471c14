// What an agent is started with arrives to the byte, and nowhere else: arguments, environment, folder, prompts, secrets.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

const DUMP = path.resolve(import.meta.dirname, '../fixtures/dump-process');

let home: MuxwardHome;

beforeAll(async () => {
  home = new MuxwardHome();
  // The daemon and its tmux server come from another environment than the agents below.
  await home.run(['spawn', 'first', '--', 'sleep', '1000'], {
    env: { STALE: 'from the first caller', SHARED: 'old' },
  });
});

afterAll(() => home.end());

interface Dump {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly umask: string;
}

const nulSeparated = (file: string): string[] => readFileSync(file, 'utf8').split('\0').slice(0, -1);

/** Spawns an agent that writes down what it got. */
async function dump(
  name: string,
  flags: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = home.work,
): Promise<Dump> {
  const folder = home.file(`dump-${name}`);
  mkdirSync(folder);
  const { status, stderr } = await home.run(
    ['spawn', name, '--env', `DUMP_TO=${folder}`, '--env', 'DUMP_STATUS=stay', ...flags, '--', DUMP, ...args],
    { env, cwd },
  );
  if (status !== 0) throw new Error(stderr);
  await eventually(() => existsSync(path.join(folder, 'done')), `${name} has written all down`);
  const pairs = nulSeparated(path.join(folder, 'environ')).map((entry) => [
    entry.slice(0, entry.indexOf('=')),
    entry.slice(entry.indexOf('=') + 1),
  ]);
  const text = (file: string): string => readFileSync(path.join(folder, file), 'utf8').trim();
  // The interpreter and the script come first.
  return {
    args: nulSeparated(path.join(folder, 'cmdline')).slice(2),
    env: Object.fromEntries(pairs) as Record<string, string>,
    cwd: text('cwd'),
    umask: text('umask'),
  };
}

describe('environment', () => {
  test('the caller’s, then files, then --env; nothing of the tmux server’s or another caller’s', async () => {
    writeFileSync(home.file('vars'), 'FROM_FILE="two words"\nSHARED=file\n# comment\n');
    const declared = {
      QUOTES: `it's "x" $HOME \`id\` \\ #{pane_id} 100%;`,
      LINES_: 'one\ntwo\n',
      EMPTY: '',
      UMLAUT: 'ä→𝄞',
      LONG: 'x'.repeat(50_000),
    };
    const flags = [
      '--env-file',
      'vars',
      '--env',
      'SHARED=flag',
      ...Object.entries(declared).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ];
    const { env } = await dump('env', flags, [], { SHARED: 'caller', OF_CALLER: 'yes', NODE_COMPILE_CACHE: home.file('cache'), NODE_EXTRA_CA_CERTS: '/ca.pem' });
    const { MUXWARD_NODE: _, MUXWARD_HOME: __, ...inherited } = home.env;
    const {
      TERM,
      TMUX,
      TMUX_PANE,
      PWD,
      TERM_PROGRAM: ___,
      TERM_PROGRAM_VERSION: ____,
      MUXWARD_BIN: _____,
      MUXWARD_NODE: ______,
      ...rest
    } = env;
    expect(rest).toEqual({
      ...inherited,
      ...declared,
      OF_CALLER: 'yes',
      NODE_COMPILE_CACHE: home.file('cache'),
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      SHARED: 'flag',
      FROM_FILE: 'two words',
      DUMP_TO: home.file('dump-env'),
      DUMP_STATUS: 'stay',
      MUXWARD_HOME: home.home,
      MUXWARD_AGENT: 'env',
      MUXWARD_GENERATION: '1',
    });
    expect([TERM, TMUX?.split(',')[0], TMUX_PANE, PWD]).toEqual([
      expect.stringMatching(/tmux|screen/),
      `${home.home}/tmux.sock`,
      (await home.agent('env')).pane,
      home.work,
    ]);
  });

  test('the generation counts on, the rest stays', async () => {
    const folder = home.file('dump-count');
    const before = await dump('count', ['--env', 'X=1'], []);
    expect(before.env).not.toHaveProperty('NODE_COMPILE_CACHE');
    await home.ok('restart', 'count');
    await eventually(
      () => readFileSync(path.join(folder, 'environ'), 'utf8').includes('MUXWARD_GENERATION=2\0'),
      'the second run has written',
    );
    const after = nulSeparated(path.join(folder, 'environ')).sort();
    const expected = Object.entries({ ...before.env, MUXWARD_GENERATION: '2' }).map(
      ([name, value]) => `${name}=${value}`,
    );
    expect(after).toEqual(expected.sort());
  });

  test('folder and file mode mask are the caller’s', async () => {
    const cwd = home.file('a folder; with $odd "name"');
    mkdirSync(cwd);
    const old = process.umask(0o027);
    try {
      expect(await dump('place', [], [], {}, cwd)).toMatchObject({ cwd, umask: '0027' });
    } finally {
      process.umask(old);
    }
    expect(await dump('told', ['--cwd', 'a folder; with $odd "name"'], [])).toMatchObject({ cwd });
  });
});

describe('arguments', () => {
  test('arrive to the byte', async () => {
    const args = [
      '',
      ' ',
      'a b',
      '-n',
      '--',
      '--json',
      "it's",
      '"',
      '\\',
      '$HOME',
      '`id`',
      '#{pane_id}',
      '%1',
      '!!',
      '*',
      'x;',
      ';',
      'end\\;',
      'two\nlines\n',
      '\t',
      'ä→𝄞',
      '~',
      '{a,b}',
      '\u001b[31m',
    ];
    expect((await dump('args', [], args)).args).toEqual(args);
  });

  test('25 kB in one, and many', async () => {
    const args = [
      `${"prompt; $(x) 'y'\n".repeat(1600)};`,
      ...Array.from({ length: 500 }, (_, i) => `argument ${i}`),
    ];
    expect((await dump('long', [], args)).args).toEqual(args);
  });
});

describe('secrets', () => {
  const SECRET = 's3cret-4711-value';

  test('are on no command line, in no output and in no log of muxward', async () => {
    writeFileSync(home.file('secrets'), `FILE_TOKEN=${SECRET}\n`);
    const flags = ['--env-file', home.file('secrets')];
    const spawned = await home.run(
      [
        '--json',
        'spawn',
        'holder',
        ...flags,
        '--',
        'sh',
        '-c',
        'test -n "$FILE_TOKEN" && test -n "$TOKEN" && exec sleep 1000',
      ],
      { env: { TOKEN: SECRET } },
    );
    expect(spawned.status).toBe(0);
    await home.ok('restart', 'holder');
    const shown = [spawned.stdout, spawned.stderr];
    for (const args of [
      ['status'],
      ['inspect', 'holder'],
      ['events'],
      ['logs', 'holder'],
      ['daemon', 'logs'],
      ['health', '--history'],
      ['tmux', 'show-environment', '-g'],
      ['tmux', 'show-environment', '-t', '=holder'],
    ]) {
      shown.push(await home.ok(...args));
      if (args[0] !== 'daemon' && args[0] !== 'tmux') shown.push(await home.ok('--json', ...args));
    }
    expect(shown.filter((text) => text.includes(SECRET))).toEqual([]);
    const commandLines = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      });
    expect(commandLines.filter((line) => line.includes(SECRET))).toEqual([]);
    const details = await home.inspect('holder');
    expect(details.environmentNames).toEqual(expect.arrayContaining(['FILE_TOKEN', 'TOKEN', 'PATH']));
  });

  test('a faulty variable is named without its value', async () => {
    const { status, stderr } = await home.run(['spawn', 'x', '--env', `BAD-NAME=${SECRET}`, '--', 'true']);
    expect([status, stderr.includes('BAD-NAME'), stderr.includes(SECRET)]).toEqual([2, true, false]);
    writeFileSync(home.file('bad'), `GOOD=1\nthis is ${SECRET}\n`);
    const file = await home.run(['spawn', 'x', '--env-file', home.file('bad'), '--', 'true']);
    expect([file.status, file.stderr.includes('bad:2'), file.stderr.includes(SECRET)]).toEqual([
      2,
      true,
      false,
    ]);
  });
});
