// `spawn`: what comes back, how agents are named and chosen, and what is refused before anything is touched.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from '../../src/core/agent.ts';
import { eventually, isAlive, MUXWARD, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
});

afterAll(() => home.end());

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const names = (agents: readonly Agent[]): string[] => agents.map(({ name }) => name).sort();

async function chosen(...args: string[]): Promise<string[]> {
  return names((await home.json<{ agents: Agent[] }>('status', ...args)).agents);
}

describe('what comes back', () => {
  test('every field of an agent, each of its type', async () => {
    const flags = [
      '--project',
      'shop',
      '--label',
      'team=web',
      '--label',
      'tier=',
      '--capability',
      'build',
      '--memory',
      '2GB',
      '--cpu',
      '1.5',
      '--timeout',
      '30m',
    ];
    const agent = await home.spawn('full', ...flags, '--', 'sleep', '1000');
    expect(agent).toEqual({
      id: expect.stringMatching(/^\S+$/),
      name: 'full',
      type: 'worker',
      project: 'shop',
      labels: { team: 'web', tier: '' },
      capabilities: ['build'],
      state: 'ready',
      reason: expect.any(String),
      since: expect.stringMatching(ISO),
      generation: 1,
      pid: expect.any(Number),
      pgid: expect.any(Number),
      session: 'full',
      pane: expect.stringMatching(/^%\d+$/),
      cwd: home.work,
      command: [expect.stringMatching(/^\/.*\/sleep$/), '1000'],
      restarts: 0,
      exit: null,
      health: { status: 'none', failures: 0, lastOkAt: null, responseMs: null, reason: null },
      activity: { status: 'unknown', evidence: expect.any(String), at: null, detail: null, source: 'none', until: null },
      resources: { cpuPercent: null, rssBytes: null, processes: null, at: null },
      limits: { memoryBytes: 2 * 2 ** 30, cpu: 1.5, timeoutMs: 1_800_000, processes: null, outputBytes: null, actions: {} },
      cost: { usd: 0, inputTokens: 0, outputTokens: 0 },
      sessionId: null,
      worktree: null,
      declaredAs: null,
      createdAt: expect.stringMatching(ISO),
      startedAt: expect.stringMatching(ISO),
    });
    expect(readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8').split('\0').slice(-2)).toEqual(['1000', '']);
    const { resources } = await home.agentThat('full', 'was sampled', (one) => one.resources.at !== null);
    expect(resources).toEqual({
      cpuPercent: resources.cpuPercent,
      rssBytes: expect.any(Number),
      processes: 1,
      at: expect.stringMatching(ISO),
    });
  });

  test('a session of its name, with the agent in window 0, called main', async () => {
    const { pane } = await home.spawn('seen', '--', 'sleep', '1000');
    await home.tmux('has-session', '-t', '=seen');
    const windows = await home.tmux(
      'list-windows',
      '-t',
      '=seen',
      '-F',
      '#{window_index} #{window_name} #{pane_id}',
    );
    expect(windows).toBe(`0 main ${pane}\n`);
  });

  test('without a terminal only names; --quiet too', async () => {
    expect(await home.ok('spawn', 'plain', '--', 'sleep', '1000')).toBe('plain\n');
    expect(await home.ok('spawn', 'plain2', '--', 'true')).toBe('plain2\n');
  });

  test('--count names them NAME-1 to NAME-N', async () => {
    const agents = await home.json<Agent[]>('spawn', 'many', '--count', '4', '--', 'sleep', '1000');
    expect(agents.map(({ name }) => name)).toEqual(['many-1', 'many-2', 'many-3', 'many-4']);
    expect(new Set(agents.map(({ pid }) => pid)).size).toBe(4);
    expect(new Set(agents.map(({ id }) => id)).size).toBe(4);
  });

  test('of many each is shown as it is, in its status line too', async () => {
    const agents = await home.json<Agent[]>('spawn', 'crowd', '--count', '100', '--', 'sleep', '1000');
    expect(new Set(agents.map(({ state }) => state))).toEqual(new Set(['ready']));
    expect(new Set(agents.map(({ pane }) => pane)).size).toBe(100);
    const shown = async (): Promise<string[]> => {
      const lines = (await home.tmux('list-sessions', '-F', '#{session_name} #{@muxward_state}')).split('\n');
      return lines.filter((line) => /^crowd-\d+ ready$/.test(line));
    };
    await eventually(async () => (await shown()).length === 100, 'all status lines');
    await home.ok('rm', '--force', 'crowd-*');
  });

  test('of many that end at once each has started before it ended', async () => {
    await home.ok('spawn', 'brief', '--count', '30', '--restart', 'no', '--', 'sh', '-c', 'exit 3');
    const told = async (): Promise<string[]> =>
      (await home.events()).filter(({ agent, type }) => agent?.startsWith('brief-') && /started|ended/.test(type)).map(({ agent, type }) => `${agent} ${type}`);
    await eventually(async () => (await told()).length === 60, 'all have ended');
    const all = await told();
    for (let n = 1; n <= 30; n += 1) {
      const own = all.filter((line) => line.startsWith(`brief-${n} `));
      expect(own).toEqual([`brief-${n} agent.started`, `brief-${n} agent.ended`]);
    }
  });

  test('a name is made up where none is given', async () => {
    const name = (await home.ok('spawn', '--', 'sleep', '1000')).trim();
    expect(name).toMatch(/^sleep-\w+$/);
    expect((await home.agent(name)).state).toBe('ready');
  });

  test('one that has already ended is as listed as any', async () => {
    await home.spawn('short', '--', 'true');
    expect(await home.agentThat('short', 'ended', ({ state }) => state === 'terminated')).toMatchObject({
      pid: null,
      exit: { kind: 'exited', code: 0, signal: null },
    });
  });
});

describe('which agents', () => {
  beforeAll(async () => {
    await home.ok(
      'spawn',
      'api',
      '--count',
      '3',
      '--project',
      'p1',
      '--label',
      'team=x',
      '--',
      'sleep',
      '1000',
    );
    await home.ok(
      'spawn',
      'db',
      '--project',
      'p1',
      '--label',
      'team=y',
      '--label',
      'heavy=yes',
      '--',
      'sleep',
      '1000',
    );
  });

  test('by name, id, glob, project, label, type and state, and narrowed down by several', async () => {
    const { id } = await home.agent('db');
    expect(await chosen('db')).toEqual(['db']);
    expect(await chosen(id)).toEqual(['db']);
    expect(await chosen('api-*')).toEqual(['api-1', 'api-2', 'api-3']);
    expect(await chosen('api-?', 'db')).toEqual(['api-1', 'api-2', 'api-3', 'db']);
    expect(await chosen('--project', 'p1')).toEqual(['api-1', 'api-2', 'api-3', 'db']);
    expect(await chosen('--label', 'team=x')).toEqual(['api-1', 'api-2', 'api-3']);
    expect(await chosen('--label', 'team=y', '--label', 'heavy=yes')).toEqual(['db']);
    expect(await chosen('--label', 'team=x', '--label', 'heavy=yes')).toEqual([]);
    expect(
      await chosen('--project', 'p1', '--type', 'worker', '--state', 'ready', 'api-[1]*', 'db').catch(() => [
        'refused',
      ]),
    ).toEqual(['refused']);
    expect(await chosen('--state', 'failed', '--project', 'p1')).toEqual([]);
  });

  test('an unknown one is status 3, and the nearest name is told', async () => {
    for (const command of ['stop', 'inspect', 'restart', 'logs', 'capture', 'wait', 'status', 'rm']) {
      const { status, stderr } = await home.run([command, 'db1']);
      expect([command, status]).toEqual([command, 3]);
      expect(stderr).toContain('"db1"');
      expect(stderr).toContain('did you mean db?');
    }
    expect((await home.run(['stop', 'nothing-*'])).status).toBe(3);
  });

  test('one unknown among known: nothing is done to any', async () => {
    const { pid } = await home.agent('db');
    expect((await home.run(['stop', 'db', 'unknown'])).status).toBe(3);
    expect(isAlive(pid ?? 0)).toBe(true);
  });
});

describe('what is refused', () => {
  test('a name that lives already: status 1, and it lives on', async () => {
    const { pid } = await home.agent('db');
    const { status, stderr } = await home.run(['spawn', 'db', '--', 'sleep', '1000']);
    expect([status, isAlive(pid ?? 0), (await home.agent('db')).pid]).toEqual([1, true, pid]);
    expect(stderr).toMatch(/^✘ .*"db".*\n *hint: /);
  });

  test('of several, all or none: one taken name starts none', async () => {
    await home.spawn('trio-2', '--', 'sleep', '1000');
    expect((await home.run(['spawn', 'trio', '--count', '3', '--', 'sleep', '1000'])).status).toBe(1);
    expect(await chosen('trio-*')).toEqual(['trio-2']);
  });

  test('one that has ended may be spawned anew, with another command', async () => {
    await home.spawn('again', '--', 'true');
    await home.agentThat('again', 'ended', ({ state }) => state === 'terminated');
    const agent = await home.spawn('again', '--', 'sleep', '1000');
    expect([agent.state, agent.command.slice(1), agent.restarts]).toEqual(['ready', ['1000'], 0]);
  });

  test('what cannot run, before tmux is touched', async () => {
    const fresh = new MuxwardHome();
    try {
      const cases: [string[], RegExp][] = [
        [['spawn', 'a', '--', 'no-such-program'], /no-such-program/],
        [['spawn', 'a', '--', './nothing'], /nothing/],
        [['spawn', 'a', '--cwd', '/no/such/folder', '--', 'sleep', '1'], /\/no\/such\/folder/],
        [['spawn', 'a', '--cwd', '/dev/null', '--', 'sleep', '1'], /\/dev\/null/],
        [['spawn', 'a', '--env-file', 'none', '--', 'sleep', '1'], /none/],
        [['spawn', 'a', '--type', 'shell', '--prompt-file', 'none'], /none/],
      ];
      for (const [args, named] of cases) {
        const { status, stdout, stderr } = await fresh.run(args);
        expect([args, status, stdout]).toEqual([args, 2, '']);
        expect(stderr).toMatch(named);
      }
      const claude = await fresh.run(['spawn', 'a', '--prompt', 'hello'], { env: { PATH: '/usr/bin:/bin' } });
      expect([claude.status, claude.stderr]).toEqual([2, expect.stringMatching(/claude.*\n?.*PATH/s)]);
      expect(existsSync(path.join(fresh.home, 'tmux.sock'))).toBe(false);
    } finally {
      await fresh.end();
    }
  });

  test('from a folder that is gone, where another is named', async () => {
    const folder = home.file('gone');
    mkdirSync(folder);
    const from = (...flags: string[]): string => execFileSync('sh', ['-c', 'cd "$1" && rmdir "$1" && shift && "$@" 2>&1 || true', 'sh', folder, MUXWARD, 'spawn', 'homeless', ...flags, '--', 'sleep', '1000'], { env: home.env, encoding: 'utf8' });
    expect(from()).toContain('the current folder is gone');
    mkdirSync(folder);
    expect(from('--cwd', home.work)).toContain('homeless\n');
    expect((await home.agent('homeless')).cwd).toBe(home.work);
  });

  test('a program that goes between the check and its start is told, not waited for', async () => {
    const program = home.script('gone', 'sleep 1000');
    await home.spawn('vanishing', '--', program);
    await home.ok('stop', 'vanishing');
    rmSync(program);
    const { status, stderr } = await home.run(['start', 'vanishing']);
    expect([status, stderr]).toEqual([1, expect.stringContaining(program)]);
    await eventually(async () => (await home.agent('vanishing')).state === 'failed', 'it is failed');
  });
});
