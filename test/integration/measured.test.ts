// What is measured of running agents, and what limits and probes do.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HistoryReply } from '../../src/core/history.ts';
import type { StatusReply } from '../../src/core/protocol.ts';
import { documents, eventually, isAlive, MUXWARD, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(async () => {
  home = new MuxwardHome();
  home.configure('watch: {liveness: 1s, sample: 1s}\n');
  // Read at the end of this file, so that nobody waits for its samples.
  await home.spawnFake('leaks', [], ['--leak', '3000000', '--http', '0']);
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

/** What was sampled within seconds has taken hours, for the next daemon. */
function stretchTime(file: string, by: number): void {
  const db = new DatabaseSync(file);
  const [record] = db.prepare("SELECT record FROM agents WHERE name = 'leaks'").all();
  const { startedAt, process, ...rest } = JSON.parse(String(record?.['record']));
  const nowMs = Date.now();
  const earlier = (atMs: number): number => nowMs - (nowMs - atMs) * by;
  const startedEarlier = new Date(earlier(Date.parse(startedAt))).toISOString();
  db.prepare("UPDATE agents SET record = ? WHERE name = 'leaks'").run(JSON.stringify({ ...rest, startedAt: startedEarlier, process: { ...process, startedAt: startedEarlier } }));
  const rows = db.prepare('SELECT DISTINCT at FROM samples ORDER BY at').all().map(({ at }) => Number(at));
  for (const at of rows) db.prepare('UPDATE samples SET at = ? WHERE at = ?').run(Math.round(earlier(at)), at);
  db.close();
}

test('memory that grows for hours is pointed out: in the chart, as JSON, by health, and as an alert; its samples are thinned', { timeout: 90_000 }, async () => {
  const points = async (): Promise<HistoryReply> => {
    const { history } = await home.json<{ history: HistoryReply[] }>('health', 'leaks', '--history', '--since', '4h');
    return history[0] ?? { agent: '', points: [], growth: null };
  };
  await eventually(async () => (await points()).points.length > 20, 'it was sampled often enough', 40_000);
  expect((await points()).points.every(({ stepMs }) => stepMs === 1000)).toBe(true);
  await home.ok('daemon', 'stop');
  stretchTime(join(home.home, 'muxward.db'), 300);
  const { growth } = await eventually(async () => {
    const reply = await points();
    return reply.growth !== null && reply.points.some(({ stepMs }) => stepMs === 60_000) && reply;
  }, 'it is seen to grow', 30_000);
  // 3 MB a second, in a time that was stretched; what a loaded machine gets done of it varies.
  expect(growth?.bytesPerHour).toBeGreaterThan(5_000_000);
  expect(await home.ok('health', 'leaks', '--history', '--since', '4h')).toMatch(/leaks {2}memory grows by [\d.]+MB\/h since \d/);
  const { stdout: shown } = await promisify(execFile)('script', ['-qec', `stty cols 80; ${MUXWARD} health leaks --history --since 4h --metric memory`, '/dev/null'], { env: home.env, cwd: home.work });
  expect(stripVTControlCharacters(shown)).toMatch(/leaks {2}memory {2}least .* most .*[\s\S]*memory grows by .*: it looks like a leak/);
  await eventually(async () => /leaks.*grows/.test(await home.ok('alerts')), 'it is an alert', 20_000);
  expect(await home.ok('health')).toMatch(/leaks.*muxward health --history shows it/);
});
