// The machine is short of something.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, tmuxPid } from './fault.ts';

/** As often as it takes: that nothing can be started is no crash of the agent's. */
async function isRefusedAndTriedAgain(home: MuxwardHome): Promise<void> {
  const { status, stderr } = await home.run(['spawn', 'second', '--max-restarts', '1', '--', 'sleep', '1000']);
  expect([status, stderr]).toEqual([1, expect.stringContaining('tried again')]);
  const verdicts = async (): Promise<number> => (await home.events('--agent', 'second')).filter(({ type }) => type === 'agent.judged').length;
  await eventually(async () => (await verdicts()) >= 4, 'it was tried more often than crashes would be', 40_000);
  expect((await home.agent('second')).state).toBe('spawning');
}

fault(34, 'tmux gets no more terminals while an agent is started', 'the start is refused with the reason, tried again at growing intervals, and made once there are', async (home) => {
  home.configure('restart: {base_delay: 200ms, max_delay: 1s}\n');
  const first = await home.spawn('first', '--', 'sleep', '1000');
  const server = await tmuxPid(home);
  const open = new Set(readdirSync(`/proc/${server}/fd`).map(Number));
  const firstFree = Array.from({ length: open.size + 1 }, (_, n) => n).find((n) => !open.has(n)) ?? open.size;
  const limit = (files: number): void => void execFileSync('prlimit', ['--pid', String(server), `--nofile=${files}:4096`]);
  limit(firstFree);
  await isRefusedAndTriedAgain(home);
  limit(1024);
  const second = await home.agentThat('second', 'runs', ({ state }) => state === 'ready', 40_000);
  expect([second.restarts, (await home.agent('first')).pid]).toEqual([0, first.pid]);
});

fault(34, 'what tmux starts gets no memory while an agent is started', 'the start is refused with the reason, tried again at growing intervals, and made once there is', async (home) => {
  home.configure('spawn_timeout: 1s\nrestart: {base_delay: 200ms, max_delay: 1s}\n');
  const first = await home.spawn('first', '--', 'sleep', '1000');
  const server = await tmuxPid(home);
  // The server has more than that already, and what it starts begins with nothing: a shell needs more.
  const limit = (bytes: string): void => void execFileSync('prlimit', ['--pid', String(server), `--as=${bytes}:unlimited`]);
  limit('2000000');
  await isRefusedAndTriedAgain(home);
  limit('unlimited');
  const second = await home.agentThat('second', 'runs', ({ state }) => state === 'ready', 40_000);
  expect([second.restarts, (await home.agent('first')).pid]).toEqual([0, first.pid]);
});

/** A control group that holds just these processes and lets none of them fork; undefined where none can be made here. */
function withoutForks(pid: number): { readonly end: () => void } | undefined {
  for (const root of ['/sys/fs/cgroup/pids', '/sys/fs/cgroup']) {
    const folder = path.join(root, `muxward-fault-${process.pid}`);
    try {
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'pids.max'), '1');
      writeFileSync(path.join(folder, 'cgroup.procs'), String(pid));
      return {
        end: () => {
          for (const one of readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) writeFileSync(path.join(root, 'cgroup.procs'), one);
          rmdirSync(folder);
        },
      };
    } catch {
      // Not writable, or of another version: the next one.
      if (existsSync(folder)) rmdirSync(folder);
    }
  }
  return undefined;
}

fault(
  34,
  'tmux can start no more processes while an agent is started (a control group)',
  'the start is refused with the reason, tried again at growing intervals, and made once it can',
  async (home) => {
    home.configure('restart: {base_delay: 200ms, max_delay: 1s}\n');
    const first = await home.spawn('first', '--', 'sleep', '1000');
    const group = withoutForks(await tmuxPid(home));
    try {
      await isRefusedAndTriedAgain(home);
    } finally {
      group?.end();
    }
    const second = await home.agentThat('second', 'runs', ({ state }) => state === 'ready', 40_000);
    expect([second.restarts, (await home.agent('first')).pid]).toEqual([0, first.pid]);
  },
  { unless: whyNoForkLimit() },
);

function whyNoForkLimit(): string | null {
  const probe = spawn('sleep', ['10'], { stdio: 'ignore' });
  const group = withoutForks(probe.pid ?? 0);
  group?.end();
  probe.kill('SIGKILL');
  return group === undefined ? 'no control group for processes can be made (cgroup v1 or v2, as root)' : null;
}
