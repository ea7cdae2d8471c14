// Logs: complete, bounded, followed without loss, and plain unless asked otherwise.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, MuxwardHome, statusOf } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
  home.configure('log: {max_size: 200KB, keep: 1}\nwatch: {liveness: 1s}\n');
});

afterAll(() => home.end());

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

test('all of an agent that prints 10,000 lines and ends at once', async () => {
  await home.spawn('burst', '--', 'seq', '-f', 'line %.0f', '10000');
  await home.ok('wait', 'burst');
  const expected = Array.from({ length: 10_000 }, (_, i) => `line ${i + 1}`);
  await eventually(async () => lines(await home.ok('logs', 'burst')).length >= 10_000, 'all is in the log');
  expect(lines(await home.ok('logs', 'burst')).join('\n') === expected.join('\n')).toBe(true);
});

test('the first and the last byte of one that prints and ends', async () => {
  await home.ok('spawn', 'tiny', '--count', '10', '--', 'sh', '-c', 'printf "first\\n"; printf last');
  await home.ok('wait', 'tiny-*');
  for (let i = 1; i <= 10; i += 1) {
    expect(await eventually(() => home.log(`tiny-${i}`), `the log of tiny-${i} was written`)).toMatch(
      /^first\r\nlast/,
    );
  }
});

test('an agent has its log also after its user has set the hooks of the server', async () => {
  await home.tmux('set-hook', '-g', 'session-created', 'set-option -g @made yes');
  await home.spawn('hooked', '--', 'sh', '-c', 'echo hello; exec sleep 1000');
  await eventually(() => home.log('hooked').includes('hello'), 'its log was written');
  expect(await home.tmux('show-options', '-g', '@made')).toBe('@made yes\n');
});

test('a session that its user makes on the same server has no log', async () => {
  await home.spawn('logged', '--', 'sh', '-c', 'echo hello; exec sleep 1000');
  await home.tmux('new-session', '-d', '-s', 'mine', 'echo secret; exec sleep 1000');
  await eventually(async () => (await home.tmux('capture-pane', '-p', '-t', '=mine:')).includes('secret'), 'it has printed');
  await eventually(() => home.log('logged').includes('hello'), 'the log of the agent was written');
  expect(await home.tmux('list-panes', '-a', '-F', '#{session_name} #{pane_pipe}')).toMatch(/^logged 1$/m);
  expect(await home.tmux('list-panes', '-t', '=mine:', '-F', '#{pane_pipe}')).toBe('0\n');
  expect(readdirSync(path.join(home.home, 'logs'))).not.toContain('mine.log');
  await home.tmux('kill-session', '-t', '=mine');
});

describe('what is shown', () => {
  const colours = String.raw`printf '\033]0;title\007\033[1;31mred\033[0m plain\n\033[2Kover\rwritten\n\033[?25l\033(B\tend\n'; exec sleep 1000`;

  test('plain text without an escape sequence; --raw to the byte', async () => {
    await home.spawn('coloured', '--', 'sh', '-c', colours);
    await eventually(() => home.log('coloured').includes('end'), 'it has printed');
    const plain = await home.ok('logs', 'coloured');
    // oxlint-disable-next-line no-control-regex -- that there are none is what is tested
    expect(plain).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    expect(plain).toContain('red plain\n');
    expect(plain).not.toContain('title');
    expect(await home.ok('logs', '--raw', 'coloured')).toBe(home.log('coloured'));
    expect(await home.json('logs', 'coloured')).toEqual({
      logs: [{ agent: 'coloured', lines: expect.arrayContaining(['red plain']) }],
    });
  });

  test('the last lines, those that match, and of several agents', async () => {
    await home.spawn('counter', '--', 'sh', '-c', 'seq 1 50; exec sleep 1000');
    await home.spawn('other', '--', 'sh', '-c', 'echo hello; exec sleep 1000');
    await eventually(
      () => home.log('counter').includes('50') && home.log('other').includes('hello'),
      'they have printed',
    );
    expect(await home.ok('logs', 'counter', '-n', '3')).toBe('48\n49\n50\n');
    expect(await home.ok('logs', 'counter', '-n', '0')).toBe('');
    expect(await home.ok('logs', 'counter', '--grep', '^4[12]$')).toBe('41\n42\n');
    const both = lines(await home.ok('logs', 'counter', 'other', '-n', '1'));
    expect(both.map((line) => line.replace(/\s+/g, ' ')).sort()).toEqual(['counter | 50', 'other | hello']);
  });

  test('of an agent that is forgotten, and without a daemon', async () => {
    await home.spawn('past', '--', 'echo', 'remember me');
    await home.ok('wait', 'past');
    await eventually(() => home.log('past').includes('remember'), 'it has printed');
    await home.ok('daemon', 'stop');
    expect(await home.ok('logs', 'past')).toContain('remember me');
    expect((await home.run(['daemon', 'status'])).status).toBe(4);
    const { id } = await home.agent('past');
    expect((await home.events('--agent', id)).map(({ type }) => type)).toContain('agent.ended');
    await home.ok('rm', 'past');
    expect((await home.events('--agent', 'past')).map(({ type }) => type)).toContain('agent.removed');
    expect(await home.ok('logs', 'past')).toContain('remember me');
  });

  test('a second run is added to the first', async () => {
    await home.spawn('twice', '--', 'sh', '-c', 'echo run $MUXWARD_GENERATION; exec sleep 1000');
    await eventually(() => home.log('twice').includes('run 1'), 'it has printed');
    await home.ok('restart', 'twice');
    await eventually(() => home.log('twice').includes('run 2'), 'it has printed again');
    await home.ok('stop', 'twice');
    await home.ok('start', 'twice');
    await eventually(() => home.log('twice').includes('run 3'), 'and again');
    expect(home.log('twice').match(/run \d/g)).toEqual(['run 1', 'run 2', 'run 3']);
  });
});

describe('-f', () => {
  test('shows what is added as it comes, whatever the agent does meanwhile', async () => {
    await home.spawn('live', '--', 'sh', '-c', 'echo before; exec cat');
    await eventually(() => home.log('live').includes('before'), 'it has printed');
    const following = home.start(['logs', '-f', 'live']);
    await eventually(() => following.output().includes('before'), 'what was there is shown');
    await home.ok('send', 'live', 'and after');
    await eventually(() => following.output().includes('and after'), 'what came is shown');
    await home.ok('restart', 'live');
    await eventually(() => following.output().match(/before/g)?.length === 2, 'the next run is shown');
    following.kill('SIGINT');
    expect(await statusOf(following)).toBe(130);
  });

  test('--json has the time of what comes; of what was stored it is not known', async () => {
    await home.spawn('timed', '--', 'sh', '-c', 'echo stored; exec cat');
    await eventually(() => home.log('timed').includes('stored'), 'it has printed');
    const following = home.start(['logs', '-f', '--json', 'timed']);
    await eventually(() => following.output().includes('stored'), 'what was there is shown');
    await home.ok('send', 'timed', 'fresh');
    await eventually(() => following.output().includes('fresh'), 'what came is shown');
    following.kill('SIGINT');
    const [first, next] = following.output().split('\n').map((line) => JSON.parse(line || 'null') as { line: string; at: string | null } | null);
    expect(first).toEqual({ agent: 'timed', line: 'stored', at: null });
    expect(next).toEqual({ agent: 'timed', line: 'fresh', at: expect.stringMatching(/^20.*Z$/) });
  });

  test('before the agent exists there is nothing to follow: status 3', async () => {
    expect((await home.run(['logs', '-f', 'never-was'])).status).toBe(3);
  });

  test('a flood stays within its bound, and a follower loses nothing of it', async () => {
    const last = 280_000;
    await home.spawn(
      'flood',
      '--',
      'sh',
      '-c',
      `while [ ! -e ${home.file('go')} ]; do sleep 0.05; done; i=0; while [ $i -lt 28 ]; do seq -f "%.0f ................" $((i*10000+1)) $((i*10000+10000)); i=$((i+1)); sleep 0.25; done; exec sleep 1000`,
    );
    const following = home.start(['logs', '-f', 'flood']);
    await home.ok('events');
    home.script('go', ':');
    let most = 0;
    const sizeNow = (): number =>
      readdirSync(path.join(home.home, 'logs'))
        .filter((file) => /^flood\.log(\.\d+)?$/.test(file))
        .reduce((sum, file) => {
          const full = path.join(home.home, 'logs', file);
          return sum + (existsSync(full) ? (statSync(full, { throwIfNoEntry: false })?.size ?? 0) : 0);
        }, 0);
    await eventually(
      () => {
        most = Math.max(most, sizeNow());
        return following.output().includes(`\n${last} .`);
      },
      'the last line was shown',
      20_000,
    );
    following.kill('SIGINT');
    const shown = lines(following.output()).map((line) => Number(line.split(' ')[0]));
    const missing = Array.from({ length: last }, (_, i) => i + 1).filter((n, i) => shown[i] !== n);
    expect([shown.length, missing.slice(0, 5)]).toEqual([last, []]);
    const files = readdirSync(path.join(home.home, 'logs')).filter((file) => file.startsWith('flood.log'));
    expect(files.sort()).toEqual(['flood.log', 'flood.log.1']);
    // All of it was 6.9 MB. Two files are kept, each at most what comes between two looks.
    expect(most).toBeLessThan(4.5e6);
  });
});
