// The machine is short of something.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually, statusOf } from '../helpers/muxward-home.ts';
import { fault, tmuxPid } from './fault.ts';

fault(34, 'tmux gets no more terminals while an agent is started', 'the start is refused with the reason, tried again at growing intervals, and made once there are', async (home) => {
  home.configure('restart: {base_delay: 200ms, max_delay: 1s}\n');
  const first = await home.spawn('first', '--', 'sleep', '1000');
  const server = await tmuxPid(home);
  const open = new Set(readdirSync(`/proc/${server}/fd`).map(Number));
  const firstFree = Array.from({ length: open.size + 1 }, (_, n) => n).find((n) => !open.has(n)) ?? open.size;
  const limit = (files: number): void => void execFileSync('prlimit', ['--pid', String(server), `--nofile=${files}:4096`]);
  limit(firstFree);
  const { status, stderr } = await home.run(['spawn', 'second', '--max-restarts', '1', '--', 'sleep', '1000']);
  expect([status, stderr]).toEqual([1, expect.stringContaining('tried again')]);
  const verdicts = async (): Promise<number> => (await home.events('--agent', 'second')).filter(({ type }) => type === 'agent.judged').length;
  await eventually(async () => (await verdicts()) >= 4, 'it was tried more often than crashes would be', 40_000);
  expect((await home.agent('second')).state).toBe('spawning');
  limit(1024);
  const second = await home.agentThat('second', 'runs', ({ state }) => state === 'ready', 40_000);
  expect([second.restarts, (await home.agent('first')).pid]).toEqual([0, first.pid]);
});

fault(35, 'An agent prints 100 MB as fast as it can', 'its logs stay within their bound, and others notice nothing', async (home) => {
  home.configure('log: {max_size: 1MB, keep: 1}\nwatch: {liveness: 1s}\n');
  const other = await home.spawn('other', '--', 'cat');
  await home.spawnFake('flood', [], ['--flood', '100000000']);
  const following = home.start(['logs', '-f', 'flood', '-n', '1']);
  await home.ok('send', 'other', 'still here');
  await eventually(() => home.log('other').includes('still here'), 'others are heard', 60_000);
  const logs = path.join(home.home, 'logs');
  const size = (): number => readdirSync(logs).filter((name) => /^flood\.log(\.\d+)?$/.test(name)).reduce((sum, name) => sum + (statSync(path.join(logs, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  let most = 0;
  await eventually(() => (most = Math.max(most, size())) > 0 && home.truth('flood', 'flooded').length === 1, 'it has printed all', 120_000);
  // Two files, of which each may grow to 32 MB before it is cut, and what came while one was.
  expect(most).toBeLessThan(90_000_000);
  await eventually(() => size() < 65_000_000, 'its logs are within their bound', 60_000);
  expect(await home.agent('other')).toMatchObject({ pid: other.pid, state: 'ready', restarts: 0 });
  await eventually(() => following.output().includes('xxxx'), 'it could be followed', 20_000);
  following.kill('SIGINT');
  expect(await statusOf(following)).toBe(130);
}, { timeoutMs: 300_000 });
