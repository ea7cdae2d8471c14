// What is measured of running agents, and what limits and probes do.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StatusReply } from '../../src/core/protocol.ts';
import { documents, eventually, isAlive, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
  home.configure('watch: {liveness: 1s, sample: 1s}\n');
});

afterAll(() => home.end());

describe('resources', () => {
  test('CPU and memory of the whole tree are about right', async () => {
    // Two processes: one burns a core as far as it gets one, the other holds 80 MB.
    const holder = `node -e 'const b = Buffer.alloc(80 * 2 ** 20, 1); setInterval(() => b.length, 1000)' & while :; do :; done`;
    const { pid } = await home.spawn('heavy', '--', 'sh', '-c', holder);
    const ticks = (): number =>
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
        .slice(11, 13)
        .reduce((sum, n) => sum + Number(n), 0);
    const grown = await home.agentThat(
      'heavy',
      'has been measured',
      ({ resources }) => (resources.rssBytes ?? 0) > 80 * 2 ** 20 && resources.cpuPercent !== null,
    );
    expect(grown.resources.processes).toBe(2);
    expect(grown.resources.rssBytes).toBeLessThan(300 * 2 ** 20);
    const [before, sinceMs] = [ticks(), performance.now()];
    await eventually(() => ticks() - before > 50, 'it has had half a second of CPU');
    const truePercent = (ticks() - before) / ((performance.now() - sinceMs) / 1000);
    const told = await home.agentThat(
      'heavy',
      'uses CPU',
      ({ resources }) => (resources.cpuPercent ?? 0) > 20,
    );
    expect(Math.abs((told.resources.cpuPercent ?? 0) - truePercent)).toBeLessThan(45);
    expect(await home.ok('top', '--once')).toMatch(/heavy/);
    const top = home.start(['top', '--json', 'heavy']);
    await eventually(
      () =>
        documents<StatusReply>(top.output()).some(
          ({ agents }) => (agents[0]?.resources.cpuPercent ?? 0) > 20,
        ),
      'top tells it too',
    );
    top.kill('SIGINT');
    await home.ok('rm', '--force', 'heavy');
  });

  test('the machine, and what would be admitted', async () => {
    const reply = await home.json<{
      machine: { cores: number };
      used: { agents: number };
      admits: { agents: number; bound: string };
    }>('resources');
    expect(reply).toMatchObject({
      machine: { cores: expect.any(Number), memoryBytes: expect.any(Number) },
      limitsBy: expect.stringMatching(/cgroup|samples/),
    });
    expect(reply.admits.agents).toBeGreaterThan(0);
    expect(await home.ok('resources')).toContain('cores');
  });

  test('--memory: one that takes more is ended, with the limit as reason, and the policy decides', async () => {
    await home.spawnFake(
      'leaky',
      ['--memory', '150MB', '--restart', 'no'],
      ['--leak', String(150 * 2 ** 20)],
    );
    const agent = await home.agentThat('leaky', 'was ended', ({ state }) => state === 'failed', 15_000);
    expect([agent.exit?.kind, agent.reason]).toEqual(['limit', expect.stringMatching(/memory/)]);
    expect(isAlive(home.truth('leaky', 'started')[0]?.pid ?? 0)).toBe(false);
  });

  test('--timeout: one that takes longer is ended', async () => {
    const { pid } = await home.spawn('endless', '--timeout', '1s', '--restart', 'no', '--', 'sleep', '1000');
    const agent = await home.agentThat('endless', 'was ended', ({ state }) => state === 'failed');
    expect([agent.exit?.kind, agent.reason, isAlive(pid ?? 0)]).toEqual([
      'timeout',
      expect.stringContaining('1 s'),
      false,
    ]);
  });
});

describe('health', () => {
  test('--health-url: starting, healthy, unhealthy when it answers badly', async () => {
    await home.spawnFake('server', ['--health-url', 'http://127.0.0.1:1/', '--health-interval', '200ms'], []);
    expect((await home.agent('server')).health).toMatchObject({ status: 'starting' });
    await home.ok('rm', '--force', 'server');
    await home.spawnFake('web', [], ['--http', '0']);
    const port = await eventually(() => Number(home.truth('web', 'http')[0]?.['port']), 'it listens');
    await home.spawn(
      'probed',
      '--health-url',
      `http://127.0.0.1:${port}/`,
      '--health-interval',
      '200ms',
      '--',
      'sleep',
      '1000',
    );
    expect((await home.run(['wait', 'probed', '--for', 'healthy', '--timeout', '10s'])).status).toBe(0);
    expect((await home.agent('probed')).health).toMatchObject({
      status: 'healthy',
      failures: 0,
      lastOkAt: expect.any(String),
      responseMs: expect.any(Number),
    });
    await home.ok('stop', 'web');
    const sick = await home.agentThat(
      'probed',
      'is unhealthy',
      ({ health }) => health.status === 'unhealthy',
      15_000,
    );
    expect(sick.health.failures).toBeGreaterThanOrEqual(3);
    expect(await home.ok('health')).toMatch(/probed\s+.*unhealthy/);
    const { agents } = await home.json<StatusReply>('health', 'probed');
    expect(agents.map(({ health }) => health.status)).toEqual(['unhealthy']);
  });

  test('--health-cmd, --health-tcp and --heartbeat', async () => {
    const port = Number(home.truth('web', 'http')[0]?.['port']);
    await home.ok('start', 'web');
    const again = await eventually(
      () => home.truth('web', 'http').length === 2 && Number(home.truth('web', 'http')[1]?.['port']),
      'it listens again',
    );
    expect(port).toBeGreaterThan(0);
    const probes = {
      cmd: ['--health-cmd', 'test "$0" && test -n "$HOME"'],
      tcp: ['--health-tcp', `127.0.0.1:${again}`],
      beat: ['--heartbeat', '60'],
    };
    for (const [name, flags] of Object.entries(probes))
      await home.spawn(`by-${name}`, ...flags, '--', 'sleep', '1000');
    expect((await home.run(['wait', 'by-*', '--for', 'healthy', '--timeout', '10s'])).status).toBe(0);
  });
});
