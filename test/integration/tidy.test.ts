// cleanup, completion, doctor and the tmux pass-through.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CleanupReply } from '../../src/core/protocol.ts';
import { eventually, isAlive, MUXWARD, MuxwardHome, pidsWithVariable } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
});

afterAll(() => home.end());

const cleanup = (...args: string[]): Promise<CleanupReply> => home.json<CleanupReply>('cleanup', ...args);
const kinds = ({ items }: CleanupReply): string[] => items.map(({ kind }) => kind).sort();

describe('cleanup', () => {
  test('has nothing to do where all is well', async () => {
    await home.spawn('alive', '--', 'sleep', '1000');
    expect(await cleanup()).toEqual({ dryRun: false, items: [] });
    expect(await home.ok('cleanup')).toContain('Nothing');
  });

  test('finds dead sessions, orphans, stale files and old logs; --dry-run touches none', async () => {
    const { pid } = await home.agent('alive');
    await home.spawn('ended', '--', 'true');
    await home.ok('wait', 'ended');
    const orphan = spawn('sleep', ['1000'], {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, MUXWARD_HOME: home.home, MUXWARD_AGENT: 'ghost', MUXWARD_GENERATION: '1' },
    });
    // Nobody but us would reap it.
    const gone = new Promise((done) => orphan.once('exit', done));
    // Of another home, and so none of ours.
    const foreign = spawn('sleep', ['1000'], {
      stdio: 'ignore',
      env: { ...process.env, MUXWARD_HOME: '/elsewhere', MUXWARD_AGENT: 'ghost', MUXWARD_GENERATION: '1' },
    });
    try {
      mkdirSync(path.join(home.home, 'run/stale'));
      writeFileSync(path.join(home.home, 'logs/stale.log'), 'old');
      const found = await cleanup('--dry-run', '--force');
      expect(kinds(found)).toEqual(['file', 'log', 'orphan', 'session']);
      expect(JSON.stringify(found)).toContain(String(orphan.pid));
      expect([isAlive(orphan.pid ?? 0), existsSync(path.join(home.home, 'run/stale'))]).toEqual([true, true]);
      expect(kinds(await cleanup('--dry-run'))).toEqual(['file', 'orphan', 'session']);
      expect(kinds(await cleanup('--force'))).toEqual(['file', 'log', 'orphan', 'session']);
      await gone;
      expect([
        existsSync(path.join(home.home, 'run/stale')),
        existsSync(path.join(home.home, 'logs/stale.log')),
        isAlive(foreign.pid ?? 0),
      ]).toEqual([false, false, true]);
      expect(await cleanup('--force')).toEqual({ dryRun: false, items: [] });
      expect([isAlive(pid ?? 0), (await home.agent('alive')).pid]).toEqual([true, pid]);
      expect((await home.agent('ended')).state).toBe('terminated');
    } finally {
      foreign.kill('SIGKILL');
      orphan.kill('SIGKILL');
    }
  });

  test('a session whose agent has just ended is dead, and its last words are not lost', async () => {
    await home.spawn('chatty', '--', 'seq', '1', '300000');
    await home.ok('wait', 'chatty');
    expect(kinds(await cleanup())).toEqual(['session']);
    expect(readFileSync(path.join(home.home, 'logs/chatty.log'), 'utf8').trimEnd().split('\n').at(-1)?.trim()).toBe('300000');
    await home.ok('rm', 'chatty');
  });

  test('an agent whose dead session was cleaned up can be started again', async () => {
    await home.ok('start', 'ended');
    const again = await home.agentThat(
      'ended',
      'ran again',
      ({ generation, state }) => generation === 2 && state === 'terminated',
    );
    expect(again).toMatchObject({ restarts: 0, exit: { code: 0 } });
  });
});

describe('completion', () => {
  test.each([
    ['bash', ['-n']],
    ['zsh', ['-n']],
    ['fish', ['-n']],
  ])('%s takes the script', async (shell, check) => {
    const script = await home.ok('completion', shell);
    expect(script).toContain('spawn');
    writeFileSync(home.file(`completion.${shell}`), script);
    if (isThere(shell)) execFileSync(shell, [...check, home.file(`completion.${shell}`)]);
  });

  test('bash completes commands, options and the names of agents', async () => {
    await home.spawn('completed-1', '--', 'sleep', '1000');
    const complete = (line: string): string[] => {
      const words = line.split(' ');
      const script = `source ${home.file('completion.bash')}
        COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; COMP_LINE='${line}'; COMP_POINT=${line.length}
        f=$(complete -p muxward | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f muxward "\${COMP_WORDS[COMP_CWORD]}" ''; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { ...home.env, PATH: `${path.dirname(MUXWARD)}:${home.env['PATH']}` };
      return execFileSync('bash', ['-c', script], { env, encoding: 'utf8' })
        .split('\n')
        .map((word) => word.trim())
        .filter((word) => word !== '');
    };
    expect(complete('muxward sp')).toEqual(['spawn']);
    expect(complete('muxward stop completed')).toEqual(['completed-1']);
    expect(complete('muxward spawn --perm')).toEqual(['--permission-mode']);
    expect(complete('muxward checkpoint create completed')).toEqual(['completed-1']);
    expect(complete('muxward events --agent completed')).toEqual(['completed-1']);
    expect(complete('muxward status --state fa')).toEqual(['failed']);
    expect(complete('muxward spawn --type work')).toEqual(['worker']);
    expect(complete('muxward plan gr')).toEqual(['graph']);
    expect(complete('muxward run --strategy pi')).toEqual(['pipeline']);
  });

  test('names of agents, one a line, with and without a daemon; it starts none', async () => {
    const names = (await home.ok('__names')).trim().split('\n').sort();
    expect(names).toEqual(['alive', 'completed-1', 'ended']);
    await home.ok('daemon', 'stop');
    expect((await home.ok('__names')).trim().split('\n').sort()).toEqual(names);
    expect((await home.run(['daemon', 'status'])).status).toBe(4);
  });
});

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the rest', () => {
  test('doctor: status 0 where all is well, 1 and a remedy where not', async () => {
    home.script('bin/claude', 'echo 2.1.0');
    const { status, stdout } = await home.run(['doctor', '--json'], {
      env: { PATH: `${home.file('bin')}:${home.env['PATH']}` },
    });
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ ok: true, problems: 0 })]);
    const broken = await home.run(['doctor'], { env: { PATH: home.work } });
    expect([broken.status, broken.stdout]).toEqual([1, expect.stringMatching(/✘ tmux.*→/)]);
  });

  test('tmux passes arguments and status on to the home’s server', async () => {
    await home.ok('status');
    expect(await home.tmux('display-message', '-p', '#{socket_path}')).toBe(`${home.home}/tmux.sock\n`);
    expect((await home.run(['tmux', 'has-session', '-t', '=nobody'])).status).toBe(1);
  });

  test('an ended agent costs no process', async () => {
    await home.spawn('spent', '--', 'true');
    await home.ok('wait', 'spent');
    await eventually(async () => (await home.inspect('spent')).processes.length === 0, 'nothing of it runs');
    const pane = (await home.tmux('list-panes', '-s', '-t', '=spent', '-F', '#{pane_pid}')).trim();
    await eventually(() => !isAlive(Number(pane)), 'its wrapper has ended');
    expect(pidsWithVariable('MUXWARD_AGENT=spent')).toEqual([]);
  });
});
