// Limits of real processes: a busy loop is throttled, processes and output are counted, each with the action that is wanted.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MuxwardEvent } from '../../src/core/event.ts';
import { eventually, isAlive, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
  // What the kernel does where it may is kernel-limits.test.ts.
  home.configure('limits_by: samples\n');
});

afterAll(() => home.end());

const statOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
const isStopped = (pid: number): boolean => statOf(pid)[0] === 'T';
/** utime and stime, in hundredths of a second. */
const ticksOf = (pid: number): number => Number(statOf(pid)[11]) + Number(statOf(pid)[12]);

const eventOf = (name: string, type: MuxwardEvent['type']): Promise<MuxwardEvent> =>
  eventually(async () => (await home.events('--agent', name)).find((event) => event.type === type), `${name}: ${type}`, 30_000);

/** CPU that the process takes of one core, over a second and more. */
async function shareOf(pid: number): Promise<number> {
  const [ticks, atMs] = [ticksOf(pid), performance.now()];
  await eventually(() => performance.now() - atMs > 2000, 'two seconds are over', 20_000);
  return (ticksOf(pid) - ticks) / ((performance.now() - atMs) / 10);
}

const BUSY = ['--', 'sh', '-c', 'while :; do :; done'];

test('--cpu: a busy loop is throttled, another agent’s is not, and all goes on when the daemon is killed', async () => {
  const free = (await home.spawn('free', ...BUSY)).pid ?? 0;
  const { pid: held } = await home.spawn('held', '--cpu', '0.1', ...BUSY);
  const pid = held ?? 0;
  expect((await eventOf('held', 'limit.exceeded')).data).toMatchObject({ limit: 'cpu', action: 'throttle', allowed: 0.1 });
  await eventually(() => isStopped(pid), 'it is stopped for a part of the time', 30_000);
  await eventually(() => !isStopped(pid), 'it runs for a part of the time', 30_000);
  // Both want a whole core of the same machine: whatever else it does, the one that is held has much less.
  const comesDown = async (): Promise<boolean> => {
    const [ofHeld, ofFree] = await Promise.all([shareOf(pid), shareOf(free)]);
    return ofHeld < ofFree / 2;
  };
  await eventually(comesDown, 'it has much less than the other', 60_000);
  expect(await home.agent('held')).toMatchObject({ state: 'ready', pid, restarts: 0 });
  await eventually(() => isStopped(pid), 'it is stopped again', 30_000);
  process.kill(await home.daemonPid(), 'SIGKILL');
  const ticks = ticksOf(pid);
  await eventually(() => !isStopped(pid) && ticksOf(pid) > ticks + 20, 'it runs without the daemon', 30_000);
  await home.ok('rm', '--force', 'free', 'held');
}, 120_000);

test('a throttled agent that is paused stays so until it is resumed, and one that is stopped ends', async () => {
  const pid = (await home.spawn('slow', '--cpu', '0.1', ...BUSY)).pid ?? 0;
  for (let round = 0; round < 2; round += 1) {
    await eventually(() => isStopped(pid), 'it is throttled', 30_000);
    await home.ok('pause', 'slow');
    const [ticks, pausedMs] = [ticksOf(pid), performance.now()];
    await eventually(() => performance.now() - pausedMs > 1500, 'what might continue it had its time');
    expect([isStopped(pid), ticksOf(pid) - ticks, (await home.agent('slow')).state]).toEqual([true, 0, 'paused']);
    await home.ok('resume', 'slow');
    await eventually(() => ticksOf(pid) > ticks, 'it goes on', 30_000);
  }
  await home.ok('stop', 'slow');
  expect(isAlive(pid)).toBe(false);
}, 120_000);

test('--max-processes is told, or what --on-limit says', async () => {
  const crowd = ['--', 'sh', '-c', 'for i in 1 2 3 4 5; do sleep 1000 & done; wait'];
  await home.spawn('crowd', '--max-processes', '3', ...crowd);
  // It may be looked at while it still starts them.
  const used = expect.toBeOneOf([4, 5, 6]) as number;
  expect((await eventOf('crowd', 'limit.exceeded')).data).toMatchObject({ limit: 'processes', used, allowed: 3, action: 'alert' });
  await home.spawn('crowded', '--max-processes', '3', '--on-limit', 'processes=stop', ...crowd);
  const ended = await home.agentThat('crowded', 'has failed', ({ state }) => state === 'failed', 30_000);
  expect(ended).toMatchObject({ restarts: 0, exit: { kind: 'limit' } });
  expect(ended.reason).toMatch(/had [456] processes, its limit is 3, and is not to run again/);
  expect(await home.agent('crowd')).toMatchObject({ state: 'ready', restarts: 0 });
  await home.ok('rm', '--force', 'crowd');
}, 60_000);

test('--max-output counts what one run prints', async () => {
  await home.spawnFake('loud', ['--max-output', '1MB', '--on-limit', 'output=restart', '--max-restarts', '1'], ['--slow', '1500', '--flood', String(3 * 2 ** 20)]);
  const ended = await home.agentThat('loud', 'has failed', ({ state }) => state === 'failed', 60_000);
  expect(ended).toMatchObject({ restarts: 1, exit: { kind: 'limit' } });
  expect(ended.reason).toMatch(/printed [\d.]+M, its limit is 1\.0M/);
  await home.spawnFake('quiet', ['--max-output', '1MB'], ['--flood', String(900 * 2 ** 10)]);
  expect((await eventOf('quiet', 'limit.warned')).data).toMatchObject({ limit: 'output', allowed: 2 ** 20 });
}, 60_000);

test('memory is told of at 80 %, and an alert ends nothing', async () => {
  // Node itself takes some 40 to 60 MB beside the 100.
  const large = ['--', process.execPath, '-e', 'globalThis.kept = Buffer.alloc(100 * 2 ** 20, 1); setInterval(() => undefined, 1000)'];
  await home.spawn('near', '--memory', '172MB', ...large);
  expect((await eventOf('near', 'limit.warned')).data).toMatchObject({ limit: 'memory', allowed: 172 * 2 ** 20 });
  await home.spawn('above', '--memory', '50MB', '--on-limit', 'memory=alert', ...large);
  expect((await eventOf('above', 'limit.exceeded')).data).toMatchObject({ limit: 'memory', action: 'alert' });
  expect(await home.agent('above')).toMatchObject({ state: 'ready', restarts: 0 });
  await home.ok('rm', '--force', 'near', 'above');
}, 60_000);

test('what cannot work is refused', async () => {
  const refused = async (...flags: string[]): Promise<string> => {
    const { status, stderr } = await home.run(['spawn', 'x', ...flags, '--', 'true']);
    expect(status).toBe(2);
    return stderr;
  };
  expect(await refused('--on-limit', 'memory=throttle')).toMatch(/only CPU can be had later/);
  expect(await refused('--on-limit', 'memry=stop')).toMatch(/did you mean memory/);
  expect(await refused('--max-processes', '0')).toMatch(/--max-processes: "0"/);
  expect(readdirSync(home.file('.'))).not.toContain('x');
});
