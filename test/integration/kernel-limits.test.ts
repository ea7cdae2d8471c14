// Limits that the kernel enforces by cgroup v2: only where `muxward resources` says that it does, otherwise skipped, loudly.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import type { MuxwardEvent } from '../../src/core/event.ts';
import type { ResourcesReply } from '../../src/core/protocol.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;
let reply: ResourcesReply;

beforeAll(async () => {
  home = new MuxwardHome();
  // What can be had is known for certain once an agent was limited.
  await home.spawn('first', '--memory', '1GB', '--', 'sleep', '1000');
  reply = await home.json<ResourcesReply>('resources');
  await home.ok('rm', '--force', 'first');
  if (reply.limitsBy === 'samples') process.stderr.write(`\nNOT TRIED HERE: limits by the kernel\n  because ${reply.limitsWhy}\n  npm run test:vm tries them in a virtual machine\n`);
}, 60_000);

afterAll(() => home.end());

function needKernel(context: TestContext): void {
  context.skip(reply.limitsBy === 'samples', `no limits by the kernel here: ${reply.limitsWhy}`);
}

const groupOf = (pid: number): string => `/sys/fs/cgroup${/^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? ''}`;
const read = (folder: string, file: string): string => readFileSync(`${folder}/${file}`, 'utf8').trim();
const eventOf = (name: string, type: MuxwardEvent['type']): Promise<MuxwardEvent> =>
  eventually(async () => (await home.events('--agent', name)).find((event) => event.type === type), `${name}: ${type}`, 60_000);

test('what holds agents to their limits is said, with the reason', async () => {
  expect([reply.limitsBy, reply.limitsWhy]).toEqual([expect.stringMatching(/^(cgroup|samples)$/), expect.stringMatching(/\w/)]);
  const words = reply.limitsBy === 'cgroup' ? 'by the kernel' : 'from samples';
  expect(await home.ok('resources')).toContain(words);
  expect((await home.run(['doctor'])).stdout).toContain(`limits are enforced ${words}`);
});

test('a limited agent is in a group of its own with its limits, another is not, and it goes with the agent', async (context) => {
  needKernel(context);
  const { pid: free } = await home.spawn('free', '--', 'sleep', '1000');
  const { pid } = await home.spawn('held', '--memory', '64MB', '--cpu', '0.2', '--max-processes', '10', '--on-limit', 'processes=stop', '--', 'sh', '-c', 'while :; do :; done');
  const group = groupOf(pid ?? 0);
  expect([group, groupOf(free ?? 0)]).toEqual([expect.stringMatching(/\/agent-held$/), expect.not.stringContaining('agent-')]);
  expect(['memory.max', 'memory.oom.group', 'cpu.max', 'pids.max'].map((file) => read(group, file))).toEqual([String(64 * 2 ** 20), '1', '20000 100000', '416']);
  expect((await eventOf('held', 'limit.exceeded')).data).toMatchObject({ limit: 'cpu', action: 'throttle' });
  process.kill(await home.daemonPid(), 'SIGKILL');
  expect(await home.agent('held')).toMatchObject({ pid, restarts: 0 });
  expect((await home.json<ResourcesReply>('resources')).limitsWhy).toContain(dirname(group));
  await home.ok('restart', 'held');
  const again = (await home.agent('held')).pid ?? 0;
  expect([again === pid, groupOf(again)]).toEqual([false, group]);
  await home.ok('rm', '--force', 'held');
  await eventually(() => !existsSync(group), 'its group is gone', 30_000);
}, 180_000);

test('at its memory limit all of it is killed: told as the limit, and judged as wanted', async (context) => {
  needKernel(context);
  await home.spawnFake('large', ['--memory', '100MB', '--max-restarts', '1'], ['--leak', String(400 * 2 ** 20)]);
  await home.spawnFake('final', ['--memory', '100MB', '--on-limit', 'memory=stop'], ['--leak', String(400 * 2 ** 20)]);
  for (const name of ['large', 'final']) {
    const ended = await home.agentThat(name, 'has failed', ({ state }) => state === 'failed', 120_000);
    expect(ended).toMatchObject({ restarts: name === 'large' ? 1 : 0, exit: { kind: 'limit', signal: 'SIGKILL' } });
    expect(ended.reason).toMatch(/killed by the kernel at its memory limit of 100M/);
  }
  expect((await eventOf('final', 'limit.exceeded')).data).toMatchObject({ limit: 'memory', action: 'stop' });
  const { pid } = await home.spawn('told', '--memory', '1MB', '--on-limit', 'memory=alert', '--', process.execPath, '-e', 'setInterval(() => undefined, 1000)');
  expect(read(groupOf(pid ?? 0), 'memory.max')).toBe('max');
  expect((await eventOf('told', 'limit.exceeded')).data).toMatchObject({ limit: 'memory', action: 'alert' });
  const base = dirname(groupOf(pid ?? 0));
  await eventually(() => readdirSync(base).filter((entry) => entry.startsWith('agent-')).join() === 'agent-told', 'the other groups are gone', 30_000);
}, 240_000);

test('what forks without end is stopped by the kernel, found by a sample, and leaves nothing', async (context) => {
  needKernel(context);
  await home.spawn('bomb', '--max-processes', '5', '--on-limit', 'processes=stop', '--', 'sh', '-c', 'sleep 1; while :; do sleep 1000 & done 2>/dev/null');
  const ended = await home.agentThat('bomb', 'has failed', ({ state }) => state === 'failed', 120_000);
  expect(ended.reason).toMatch(/its limit is 5, and is not to run again/);
}, 180_000);
