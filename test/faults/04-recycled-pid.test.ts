// The recorded PID belongs to somebody else by now: the kernel is told to give that number out next (ns_last_pid).
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, isAlive, killIfThere, statusOf } from '../helpers/muxward-home.ts';
import { fault, kill } from './fault.ts';

const LAST_PID = '/proc/sys/kernel/ns_last_pid';
const ATTEMPTS = 10;

function whyNoRecycling(): string | null {
  try {
    if (process.getuid?.() !== 0) return 'only root can have the kernel give out a certain PID';
    accessSync(LAST_PID, constants.W_OK);
    return null;
  } catch {
    return `this kernel has no ${LAST_PID}`;
  }
}

const unless = whyNoRecycling();

/** A process that has just this PID; undefined where somebody else took it first. */
async function recycled(pid: number): Promise<number | undefined> {
  // Also whoever inherited it has asked how it ended.
  await eventually(() => !existsSync(`/proc/${pid}`), 'the number is free', 20_000);
  const script = `echo $(($1 - 1)) >${LAST_PID}; sleep 1000 >/dev/null 2>&1 & echo $!`;
  const got = Number(execFileSync('sh', ['-c', script, 'sh', String(pid)], { encoding: 'utf8' }));
  if (got === pid) return got;
  killIfThere(got);
  return undefined;
}

/** Tries `once` until the number was had; it ends the agent for good before it returns. */
async function withRecycledPid(once: (n: number) => Promise<number | undefined>): Promise<void> {
  for (let n = 0; n < ATTEMPTS; n += 1) {
    const bystander = await once(n);
    if (bystander === undefined) continue;
    killIfThere(bystander);
    return;
  }
  throw new Error(`in ${ATTEMPTS} attempts somebody else took the number each time`);
}

fault(
  4,
  'The recorded PID now belongs to another process',
  'that one is never signalled; the agent counts as gone and comes back',
  (home) =>
    withRecycledPid(async (n) => {
      const { pid } = await home.spawn(`a${n}`, '--', 'sleep', '1000');
      const { wrapperPid } = await home.inspect(`a${n}`);
      await home.ok('daemon', 'stop');
      await kill(wrapperPid);
      await kill(pid);
      const bystander = await recycled(pid ?? 0);
      const again = await home.agentThat(`a${n}`, 'came back', ({ state, restarts }) => state === 'ready' && restarts > 0, 30_000);
      if (bystander !== undefined) expect([again.restarts, again.pid === bystander]).toEqual([1, false]);
      await home.ok('restart', `a${n}`);
      await home.ok('rm', '--force', `a${n}`);
      if (bystander !== undefined) expect(isAlive(bystander)).toBe(true);
      return bystander;
    }),
  { unless },
);

fault(
  4,
  'The PID goes to another process between the SIGTERM of a stop and its SIGKILL',
  'that one is not killed',
  (home) =>
    withRecycledPid(async (n) => {
      const name = `deaf${n}`;
      const { pid } = await home.spawnFake(name, [], ['--ignore', 'TERM,HUP']);
      await eventually(() => home.truth(name, 'started').length > 0, 'it ignores signals', 20_000);
      const daemon = await home.daemonPid();
      const stopping = home.start(['stop', name, '--grace', '2s']);
      await eventually(() => home.truth(name, 'signal').length > 0, 'it was told to end', 20_000);
      const { wrapperPid } = await home.inspect(name);
      const overAtMs = Date.now() + 2500;
      process.kill(daemon, 'SIGSTOP');
      await kill(wrapperPid);
      await kill(pid);
      const bystander = await recycled(pid ?? 0);
      await eventually(() => Date.now() > overAtMs, 'its time is over', 10_000);
      process.kill(daemon, 'SIGCONT');
      expect(await statusOf(stopping)).toBe(0);
      await home.ok('rm', '--force', name);
      if (bystander !== undefined) expect(isAlive(bystander)).toBe(true);
      return bystander;
    }),
  { unless },
);
