import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import type { End } from '../../../src/core/end.ts';
import { oomKillOf, type OomKill } from '../../../src/system/kernel-log.ts';
import { OomWatch } from '../../../src/daemon/recovery/oom.ts';
import { manage, newRecord, type ManagedAgent } from '../../../src/daemon/managed-agent.ts';
import { DEFAULT_RESTART } from '../../../src/core/restart-policy.ts';

const AT = '2026-05-01T10:00:00.000Z';
const KILLED: End = { kind: 'signalled', code: null, signal: 'SIGKILL', at: AT };
const AGENT: ManagedAgent = manage(
  {
    name: 'a', type: 'worker', project: null, labels: {}, capabilities: [], cwd: '/', command: ['true'], env: {}, umask: 18, prompt: null, model: null,
    permissionMode: null, role: null, restart: DEFAULT_RESTART, health: { probe: { kind: 'none' }, intervalMs: 1000 },
    limits: { memoryBytes: null, cpu: null, timeoutMs: null }, declaredAs: null,
  },
  newRecord('ag_1', AT),
);

function machine(agentKills: number | null = null) {
  const now = { ms: 0, kills: 7 as number | null, logged: null as OomKill[] | null, onRest: (): void => undefined };
  const clock: Clock = { monotonicMs: () => now.ms, now: () => new Date(now.ms), after: () => () => undefined, every: () => () => undefined };
  const watch = new OomWatch({ clock, machineKills: () => now.kills, loggedKills: () => now.logged, agentKills: () => agentKills, rest: () => now.onRest() });
  return { now, watch };
}

/** An agent that started at that time, with a child. */
function running(pid: number, startedAtMs: number): ManagedAgent {
  const record = { ...AGENT.record, process: { pid, startTime: 1, pgid: pid, generation: 1, startedAt: AT, bootId: 'b' } };
  return { ...AGENT, record, processes: [pid, pid + 1], startedAtMs };
}

it('a SIGKILL while the count of kills rises is the kernel’s, once for each', () => {
  const { now, watch } = machine();
  expect(watch.explain(AGENT, KILLED).kind).toBe('signalled');
  now.kills = 9;
  const ends = [1, 2, 3].map(() => watch.explain(AGENT, KILLED).kind);
  expect(ends).toEqual(['oom', 'oom', 'signalled']);
});

it('a shell’s status 137 is one, other ends are not', () => {
  const { now, watch } = machine();
  now.kills = 8;
  expect(watch.explain(AGENT, { ...KILLED, signal: 'SIGTERM' }).kind).toBe('signalled');
  expect(watch.explain(AGENT, { kind: 'exited', code: 137, signal: null, at: AT }).kind).toBe('oom');
});

it('a rise of long ago was about something else', () => {
  const { now, watch } = machine();
  now.kills = 8;
  watch.look();
  now.ms = 10_000;
  watch.look();
  expect(watch.explain(AGENT, KILLED).kind).toBe('signalled');
});

it('the agent’s own group knows best', () => {
  expect(machine(1).watch.explain(AGENT, KILLED)).toMatchObject({ kind: 'oom', signal: 'SIGKILL' });
  const { now, watch } = machine(0);
  now.kills = 8;
  expect(watch.explain(AGENT, KILLED).kind).toBe('signalled');
});

it('a machine that does not tell is believed to have killed nobody', () => {
  const { now, watch } = machine();
  now.kills = null;
  expect(watch.explain(AGENT, KILLED).kind).toBe('signalled');
});

describe('with the kernel’s log', () => {
  it('whom it names was killed, itself or a process that it had started; others at the same time were not', () => {
    const { now, watch } = machine();
    Object.assign(now, { ms: 1000, kills: 9, logged: [{ pid: 100, atMs: 990 }, { pid: 201, atMs: 995 }] });
    const ends = [100, 200, 300].map((pid) => watch.explain(running(pid, 500), KILLED));
    expect(ends.map(({ kind }) => kind)).toEqual(['oom', 'oom', 'signalled']);
    expect(ends[0]?.detail).toBe('killed by the kernel, which had no memory left');
  });

  it('is looked at once more for a name that is still being written', () => {
    const { now, watch } = machine();
    Object.assign(now, { ms: 1000, kills: 8, logged: [], onRest: () => void (now.logged = [{ pid: 100, atMs: 1000 }]) });
    expect(watch.explain(running(100, 500), KILLED).kind).toBe('oom');
  });

  it('does not speak of who had the number long before', () => {
    const { now, watch } = machine();
    Object.assign(now, { ms: 9_000_000, kills: 8, logged: [{ pid: 100, atMs: 1000 }] });
    expect(watch.explain(running(100, 8_999_000), KILLED).kind).toBe('signalled');
  });

  it('is not read while nobody was killed, but for agents that are older than the daemon', () => {
    const { now, watch } = machine();
    Object.assign(now, { ms: 1000, logged: [{ pid: 100, atMs: -500 }] });
    expect(watch.explain(running(100, 500), KILLED).kind).toBe('signalled');
    expect(watch.explain(running(100, -1000), KILLED).kind).toBe('oom');
  });

  it('where it cannot be read, the count makes it probable, and that is said', () => {
    const { now, watch } = machine();
    now.kills = 8;
    expect(watch.explain(running(100, 0), KILLED)).toMatchObject({ kind: 'oom', detail: expect.stringContaining('probably') });
  });
});

describe('a record of the kernel’s log', () => {
  it('names whom it killed, and when', () => {
    const tail = 'total-vm:1574328kB, anon-rss:57344kB, file-rss:46168kB, shmem-rss:0kB, UID:0 pgtables:900kB oom_score_adj:0\n';
    expect(oomKillOf(`3,974,12131054577,-;Memory cgroup out of memory: Killed process 5230 (node-MainThread) ${tail}`)).toEqual({ pid: 5230, atMs: 12_131_054.577 });
    expect(oomKillOf(`3,974,5000,-;Out of memory: Killed process 77 (a) ${tail}`)).toEqual({ pid: 77, atMs: 5 });
    expect(oomKillOf(`3,974,5000,-;Out of memory (oom_kill_allocating_task): Killed process 77 (a) ${tail}`)?.pid).toBe(77);
    expect(oomKillOf('3,974,5000,-;Killed process 77 (a), UID 0, total-vm:1kB')?.pid).toBe(77);
  });

  it('is believed only from the kernel, and only where it begins so', () => {
    expect(oomKillOf('12,974,5000,-;Out of memory: Killed process 77 (a)')).toBeNull();
    expect(oomKillOf('3,974,5000,-;audit: x: Out of memory: Killed process 77 (a)')).toBeNull();
    expect(oomKillOf('6,973,12131054502,-;oom-kill:constraint=CONSTRAINT_MEMCG,task=node,pid=5230,uid=0')).toBeNull();
  });
});
