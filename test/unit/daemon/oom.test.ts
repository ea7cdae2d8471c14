import { expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import type { End } from '../../../src/core/end.ts';
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
  const now = { ms: 0, kills: 7 as number | null };
  const clock: Clock = { monotonicMs: () => now.ms, now: () => new Date(now.ms), after: () => () => undefined };
  return { now, watch: new OomWatch({ clock, machineKills: () => now.kills, agentKills: () => agentKills }) };
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
