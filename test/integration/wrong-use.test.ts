// Wrong command lines: status 2, a message that names the fault, a hint, and nothing started.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
});

afterAll(() => home.end());

/** A command line, and what its message must name. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['', /command/],
  ['spwan', /spwan.*spawn/s],
  ['--jsn status', /--jsn.*--json/s],
  ['status --wacth', /--wacth.*--watch/s],
  ['--home', /--home/],
  ['spawn my.agent -- true', /"my\.agent".*my-agent/s],
  ['spawn ünï -- true', /"ünï".*uni/s],
  ['spawn -- ', /command|--/],
  [`spawn ${'x'.repeat(64)} -- true`, /no name/],
  ['spawn a b -- true', /b/],
  ['spawn a --type wroker -- true', /wroker.*worker/s],
  ['spawn a --restart sometimes -- true', /--restart.*sometimes.*on-failure/s],
  ['spawn a --max-restarts -1 -- true', /--max-restarts/],
  ['spawn a --max-restarts many -- true', /--max-restarts.*many/],
  ['spawn a --count 0 -- true', /--count.*"0"/],
  ['spawn a --count 1001 -- true', /--count.*1001/],
  ['spawn a --memory lots -- true', /--memory.*lots.*2GB/s],
  ['spawn a --memory 0 -- true', /--memory/],
  ['spawn a --memory -5M -- true', /--memory/],
  ['spawn a --cpu 0 -- true', /--cpu/],
  ['spawn a --cpu two -- true', /--cpu.*two/],
  ['spawn a --timeout soon -- true', /--timeout.*soon.*30/s],
  ['spawn a --timeout 0 -- true', /--timeout/],
  ['spawn a --health-interval 10s -- true', /--health-interval/],
  ['spawn a --health-url ftp://x -- true', /--health-url.*ftp:/],
  ['spawn a --health-tcp nowhere -- true', /--health-tcp.*nowhere/],
  ['spawn a --health-tcp x:99999 -- true', /--health-tcp.*99999/],
  ['spawn a --health-url http://x --health-tcp x:1 -- true', /one way/],
  ['spawn a --heartbeat never -- true', /--heartbeat.*never/],
  ['spawn a --env NOVALUE -- true', /--env.*NOVALUE/],
  ['spawn a --env MUXWARD_AGENT=x -- true', /MUXWARD_AGENT/],
  ['spawn a --label =x -- true', /--label/],
  ['spawn a --project -- true', /--project/],
  ['spawn a --type shell --prompt x --prompt-file y', /--prompt.*--prompt-file/],
  ['spawn a --permission-mode anything --type claude-code', /anything|claude/],
  ['stop', /which agents/],
  ['stop --state runing', /runing/],
  ['stop a --grace soon', /--grace.*soon/],
  ['stop bad/name', /bad\/name/],
  ['restart', /which agents/],
  ['wait a --for godot', /godot.*exit/s],
  ['wait a --timeout x', /--timeout.*"x"/],
  ['logs', /which agents/],
  ['logs a -n ten', /--lines.*ten/],
  ['logs a --grep (', /--grep/],
  ['logs a --since yesteryear', /--since.*yesteryear/],
  ['events --limit none', /--limit.*none/],
  ['attach', /name/i],
  ['attach a --window side', /side.*monitor/s],
  ['send a', /text/i],
  ['keys a', /key/i],
  ['completion tcsh', /tcsh.*bash/s],
  ['run', /file/],
  ['run nothing.yaml', /no file nothing\.yaml/],
  ['run nothing.yaml --strategy hybird', /hybird.*parallel, sequential, pipeline/s],
  ['run nothing.yaml --max-parallel 0', /--max-parallel.*"0"/],
  ['plan', /validate, graph/],
  ['plan validate nothing.yaml', /no file nothing\.yaml/],
  ['daemon restrat', /restrat/],
  ['inspect', /name/i],
];

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('a wrong command line', () => {
  test('is status 2, names the fault and gives a hint', async () => {
    const faults: unknown[] = [];
    const look = async ([line, named]: readonly [string, RegExp]): Promise<void> => {
      const { status, stdout, stderr } = await home.run(words(line));
      const good =
        status === 2 &&
        stdout === '' &&
        stderr.startsWith('✘ ') &&
        named.test(stderr) &&
        /\n\s*hint: ./.test(stderr);
      if (!good) faults.push({ line, status, stdout: stdout.slice(0, 200), stderr: stderr.slice(0, 300) });
    };
    // Four at a time: each is a process of its own.
    const left = [...WRONG];
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let next = left.shift(); next; next = left.shift()) await look(next);
      }),
    );
    expect(faults).toEqual([]);
  }, 60_000);

  test('starts nothing: no daemon, no tmux, no home', () => {
    expect(existsSync(path.join(home.home, 'tmux.sock'))).toBe(false);
    expect(existsSync(path.join(home.home, 'api.sock'))).toBe(false);
  });

  test('with --json the error is a document on standard error', async () => {
    for (const line of [
      '--json spawn my.agent -- true',
      'spawn my.agent --json -- true',
      '--json stop',
      'status --json --wacth',
    ]) {
      const { status, stdout, stderr } = await home.run(words(line));
      expect([line, status, stdout]).toEqual([line, 2, '']);
      expect(JSON.parse(stderr)).toEqual({
        error: { code: 'usage', message: expect.any(String), hint: expect.any(String) },
      });
    }
  });

  test('control characters in it are shown, not sent to the terminal', async () => {
    const { stderr } = await home.run(['spawn', 'a\u001b[2J\u0007', '--', 'true']);
    // oxlint-disable-next-line no-control-regex -- that there is none is what is tested
    expect(stderr).not.toMatch(/[\u0007\u001b]/);
    expect(stderr).toContain('\\x1b');
  });
});

describe('statuses', () => {
  test('help and version are asked for, and so 0', async () => {
    for (const args of [['--help'], ['--version'], ['spawn', '--help'], ['daemon', '--help'], ['version']]) {
      const { status, stdout, stderr } = await home.run(args);
      expect([args, status, stdout.length > 0, stderr]).toEqual([args, 0, true, '']);
    }
    expect(await home.ok('spawn', '--help')).toContain('--max-restarts');
  });

  test('what is not there is 3, as text and as JSON', async () => {
    const { status, stderr } = await home.run(['--json', 'inspect', 'nobody']);
    expect([status, JSON.parse(stderr)]).toEqual([
      3,
      {
        error: { code: 'not-found', message: expect.stringContaining('"nobody"'), hint: expect.any(String) },
      },
    ]);
  });

  test('a faulty config.yaml is 2, with its line', async () => {
    const other = new MuxwardHome();
    try {
      other.configure('log: {max_size: 10MB}\nrestrat: {}\n');
      const { status, stderr } = await other.run(['status']);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/config\.yaml:2.*restrat/s)]);
      expect((await other.run(['spawn', 'a', '--', 'true'])).status).toBe(2);
    } finally {
      await other.end();
    }
  });
});
