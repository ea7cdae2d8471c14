/** `status`, `status --watch`, `inspect`, `wait`: what is true of the agents, now or as soon as it is. */
import { claudeCode } from '../../agents/claude/launch.ts';
import { witnessesOf } from '../../agents/claude/witnesses.ts';
import type { Agent, AgentDetails } from '../../core/agent.ts';
import type { Routes, StatusReply, WaitRequest } from '../../core/protocol.ts';
import { DEFAULT_RECOVERY } from '../../core/recovery.ts';
import { select, type Selector } from '../../core/selector.ts';
import { isLive, isRunning } from '../../core/state.ts';
import { logPath, runFolder } from '../../config/paths.ts';
import { commandLine, scanProcesses } from '../../system/process-table.ts';
import { treesOf } from '../../system/process-tree.ts';
import { isAtRest } from '../activity.ts';
import { toAgent, type ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';

export function status(daemon: Daemon, selector: Selector): StatusReply {
  daemon.watch.freshen();
  return { agents: select(daemon.registry.all().map(toAgent), selector), daemon: daemon.info() };
}

/** At once, and then after each change, at most once a second; numbers are sampled every second meanwhile. */
export async function* watchStatus(daemon: Daemon, selector: Selector, signal: AbortSignal): AsyncGenerator<StatusReply> {
  const { registry, watch, watchers } = daemon;
  const watcher = Symbol('watcher');
  watchers.add(watcher);
  try {
    watch.sample();
    while (!signal.aborted) {
      yield status(daemon, selector);
      await registry.until(() => false, 1000, signal);
    }
  } finally {
    watchers.delete(watcher);
  }
}

export async function inspect(daemon: Daemon, name: string): Promise<AgentDetails> {
  const { registry, paths, watch, health } = daemon;
  const agent = registry.get(name);
  watch.sample();
  const { spec, record } = agent;
  const witnesses = await witnessesFor(daemon, agent);
  return {
    ...toAgent(agent),
    restartPolicy: spec.restart,
    healthProbe: spec.health,
    checks: health.reportsOf(agent),
    recovery: recoveryOf(agent),
    environmentNames: Object.keys(spec.env).sort(),
    umask: spec.umask.toString(8).padStart(4, '0'),
    logPath: logPath(paths, spec.name),
    runFolder: runFolder(paths, spec.name),
    wrapperPid: record.wrapper?.pid ?? null,
    verdicts: record.verdicts,
    processes: processesOf(agent),
    witnesses,
  };
}

/** Asked only when somebody wants to know; a terminal that cannot be looked at is none. */
async function witnessesFor({ tmux }: Daemon, { spec, record, activity }: ManagedAgent): Promise<AgentDetails['witnesses']> {
  if (spec.type !== claudeCode.name || spec.headless || record.pane === null || !isRunning(record.state)) return [];
  const look = await tmux.look(record.pane).catch(() => null);
  return witnessesOf(activity, look?.title ?? null, record.mind?.session ?? null);
}

/** Of what it fails over to the command; environment values stay here. */
function recoveryOf({ spec, record }: ManagedAgent): AgentDetails['recovery'] {
  const { on, rollBackAfter, failover } = spec.recovery ?? DEFAULT_RECOVERY;
  const words = failover && (failover.command ?? [failover.type, failover.model].filter((word) => word !== undefined));
  return { on, rollBackAfter, failover: words, failedOver: record.failedOver === true };
}

function processesOf({ spec, record }: ManagedAgent): AgentDetails['processes'] {
  if (record.process === null) return [];
  const tree = treesOf(new Map([[spec.name, record.process.pid]]), scanProcesses() ?? []).get(spec.name) ?? [];
  return tree.map(({ pid, ppid, comm, rssBytes }) => ({ pid, ppid, command: commandLine(pid).join(' ') || comm, rssBytes }));
}

/** Returns when every agent meant is as asked, can no longer become so, or the time is up. */
export async function wait(
  { registry }: Daemon,
  request: WaitRequest,
  signal: AbortSignal,
): Promise<Routes['POST /api/wait']['gives']> {
  const chosen = select(registry.all().map(toAgent), request.selector).map(({ name }) => registry.get(name));
  const done = (agent: ManagedAgent): boolean => isAsAsked(agent, request.for) || isTooLate(agent, request.for);
  const held = await registry.until(() => chosen.every(done), request.timeoutMs, signal);
  return { agents: chosen.map(toAgent) satisfies Agent[], timedOut: !held };
}

function isAsAsked(agent: ManagedAgent, what: string): boolean {
  const { record, health } = agent;
  switch (what) {
    case 'exit':
      return !isLive(record.state);
    case 'ready':
      return isRunning(record.state);
    case 'idle':
      return isAtRest(agent);
    case 'healthy':
      return isRunning(record.state) && (health.status === 'healthy' || health.status === 'none');
    default:
      return record.state === what;
  }
}

/** An agent that is down for good gets into no other state by waiting; one whose budget is spent waits for its user. */
function isTooLate({ record }: ManagedAgent, what: string): boolean {
  const isDown = record.state === 'failed' || record.state === 'terminated';
  const waitsForLife = what === 'ready' || what === 'idle' || what === 'healthy';
  const isSpent = record.state === 'paused' && record.budgetTold?.what === 'exceeded';
  return isDown || (waitsForLife && isSpent);
}
