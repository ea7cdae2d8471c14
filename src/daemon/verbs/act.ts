/** `start stop restart pause resume interrupt rm`: one action on each agent that the selector means, all at once. */
import { claudeCode } from '../../agents/claude/launch.ts';
import { MuxwardError, unreachable } from '../../core/errors.ts';
import type { Action, ActOutcome, ActRequest } from '../../core/protocol.ts';
import { isEmpty, select } from '../../core/selector.ts';
import { NO_RESTARTS } from '../../core/restart-policy.ts';
import { isLive, isRunning } from '../../core/state.ts';
import { forget } from '../forget.ts';
import type { StopOutcome } from '../lifecycle.ts';
import { toAgent, type ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';
import { livePane } from './terminal.ts';

type Done = { readonly outcome: 'done' | 'unchanged'; readonly detail: string };

/** Replies when the effect is real on every agent, or told why not. */
export async function act(daemon: Daemon, request: ActRequest): Promise<{ outcomes: ActOutcome[] }> {
  const agents = meant(daemon, request);
  if (request.dryRun) return { outcomes: agents.map((agent) => outcomeOf(agent, { outcome: 'done', detail: wouldDo(request) })) };
  const again = request.action === 'start' || request.action === 'restart' ? await withWorktrees(daemon, agents) : new Map<ManagedAgent, Again>();
  const ready = agents.filter((agent) => again.get(agent)?.error === undefined);
  const down = request.action === 'start' ? ready.filter(({ record }) => !isLive(record.state)) : [];
  await startAll(daemon, down);
  const outcomes = agents.map(async (agent) => {
    try {
      const { error, told } = again.get(agent) ?? {};
      if (error !== undefined) throw error;
      const { outcome, detail } = await actOn(daemon, agent, request, down.includes(agent));
      return outcomeOf(agent, { outcome, detail: told === undefined ? detail : `${detail}; ${told}` });
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      return { ...outcomeOf(agent, { outcome: 'done', detail: error.message }), outcome: 'failed' as const, error: error.toBody() };
    }
  });
  const done = await Promise.all(outcomes);
  daemon.registry.flush();
  return { outcomes: done };
}

/** What had to be done, or could not be, before an agent can start in its worktree. */
interface Again {
  readonly told?: string;
  readonly error?: MuxwardError;
}

/** Worktrees that were deleted by hand are made again; one that cannot be holds up no other agent. */
async function withWorktrees({ worktrees }: Daemon, agents: readonly ManagedAgent[]): Promise<Map<ManagedAgent, Again>> {
  const again = new Map<ManagedAgent, Again>();
  for (const agent of agents) {
    try {
      const told = agent.spec.place === undefined ? null : await worktrees.ensure(agent);
      if (told !== null) again.set(agent, { told });
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      again.set(agent, { error });
    }
  }
  return again;
}

function meant({ registry }: Daemon, { action, selector }: ActRequest): ManagedAgent[] {
  if (isEmpty(selector)) throw new MuxwardError('usage', `${action} which agents?`, { hint: 'name them, or say --all' });
  const chosen = new Set(select(registry.all().map(toAgent), selector).map(({ name }) => name));
  return registry.all().filter(({ spec }) => chosen.has(spec.name));
}

function outcomeOf(agent: ManagedAgent, done: Done): ActOutcome {
  return { name: agent.spec.name, ...done, agent: toAgent(agent) };
}

function wouldDo({ action, force }: ActRequest): string {
  return `would ${action === 'remove' ? `remove${force ? ', stopping it first' : ''}` : action}`;
}

function actOn(daemon: Daemon, agent: ManagedAgent, request: ActRequest, startedNow: boolean): Done | Promise<Done> {
  switch (request.action) {
    case 'start':
      return start(daemon, agent, startedNow);
    case 'stop':
      return stop(daemon, agent, request);
    case 'restart':
      return restart(daemon, agent, request);
    case 'pause':
      return pause(daemon, agent);
    case 'resume':
      return resume(daemon, agent);
    case 'interrupt':
      return interrupt(daemon, agent);
    case 'remove':
      return remove(daemon, agent, request);
    default:
      return unreachable(request.action);
  }
}

/** One batch for all that are down: 200 agents start in one go. */
async function startAll({ registry, launcher }: Daemon, agents: readonly ManagedAgent[]): Promise<void> {
  if (agents.length === 0) return;
  for (const agent of agents) {
    agent.memory = NO_RESTARTS;
    registry.patch(agent, { wish: 'run', restartedAt: [], restartsInARow: 0, rolledBack: false, failedOver: false });
  }
  await launcher.launch(agents, 'starting, as you asked');
}

/** `startedNow`: this very call has started it. */
async function start(daemon: Daemon, agent: ManagedAgent, startedNow: boolean): Promise<Done> {
  const { registry, launcher, lifecycle } = daemon;
  const { record } = agent;
  if (record.state === 'paused') return resume(daemon, agent);
  if (isRunning(record.state) && !startedNow) return { outcome: 'unchanged', detail: `runs already (pid ${record.process?.pid})` };
  if (await lifecycle.endWait(agent)) {
    await launcher.relaunch(agent, 'starting, as you asked');
  } else if (record.state === 'spawning') {
    await settled(daemon, agent, lifecycleTimeoutMs(daemon));
  } else if (record.state === 'terminating') {
    registry.patch(agent, { wish: 'run' });
    agent.ending = { kind: 'stopped-by-user' };
    await settled(daemon, agent, lifecycleTimeoutMs(daemon));
  }
  return running(agent, 'started');
}

function running({ spec, record }: ManagedAgent, word: string): Done {
  if (isRunning(record.state)) return { outcome: 'done', detail: `${word} (pid ${record.process?.pid})` };
  if (record.exit?.code === 0) return { outcome: 'done', detail: `${word}, and finished already (exit 0)` };
  throw new MuxwardError('failed', `${spec.name} is ${record.state}: ${record.reason}`, { hint: `muxward logs ${spec.name}` });
}

async function stop(daemon: Daemon, agent: ManagedAgent, request: ActRequest): Promise<Done> {
  const { state } = agent.record;
  if (!isLive(state) && state !== 'created') {
    daemon.registry.patch(agent, { wish: 'stop' });
    return { outcome: 'unchanged', detail: `was not running (${state})` };
  }
  const ran = agent.record.process !== null;
  const stoppedTree = await stopTree(daemon, agent, request, 'stay-down');
  if (!ran) return { outcome: 'done', detail: state === 'spawning' ? 'will not be started again' : 'was not running' };
  return { outcome: 'done', detail: stopped(agent, stoppedTree) };
}

async function stopTree(
  { lifecycle, settings }: Daemon,
  agent: ManagedAgent,
  { graceMs, force }: Pick<ActRequest, 'graceMs' | 'force' | 'action'>,
  next: 'stay-down' | 'run-again',
): Promise<StopOutcome> {
  return lifecycle.stop(agent, { graceMs: graceMs ?? settings.stopGraceMs, force: force ?? false, next });
}

function stopped({ spec, record }: ManagedAgent, { survivors, usedKill, elapsedMs }: StopOutcome): string {
  if (survivors.length > 0) {
    throw new MuxwardError('failed', `${spec.name}: process ${survivors.join(', ')} would not end, not even by SIGKILL`, {
      hint: 'it hangs in the kernel (a dead network disk, for example), or belongs to another user',
    });
  }
  if (isLive(record.state) && record.state !== 'terminating') return `was started again meanwhile (${record.state})`;
  return `stopped (${usedKill ? 'SIGKILL' : 'SIGTERM'}, ${(elapsedMs / 1000).toFixed(1)} s)`;
}

async function restart(daemon: Daemon, agent: ManagedAgent, request: ActRequest): Promise<Done> {
  const { record } = agent;
  if ((await daemon.lifecycle.endWait(agent)) || !isLive(record.state)) {
    await startAll(daemon, [agent]);
  } else {
    await stopTree(daemon, agent, request, 'run-again');
    await settled(daemon, agent, lifecycleTimeoutMs(daemon));
  }
  return running(agent, 'restarted');
}

/** Until it runs or has given up. */
async function settled({ registry }: Daemon, { record }: ManagedAgent, timeoutMs: number): Promise<void> {
  await registry.until(() => isRunning(record.state) || !isLive(record.state), timeoutMs);
}

function lifecycleTimeoutMs({ settings }: Daemon): number {
  return settings.stopGraceMs + settings.spawnTimeoutMs;
}

async function pause({ lifecycle }: Daemon, agent: ManagedAgent): Promise<Done> {
  if (agent.record.state === 'paused') return { outcome: 'unchanged', detail: 'was paused already' };
  mustRun(agent, 'pause');
  await lifecycle.halts.pause(agent, 'paused by you');
  mustRun(agent, 'pause');
  return { outcome: 'done', detail: 'paused' };
}

function resume({ lifecycle }: Daemon, agent: ManagedAgent): Done {
  if (agent.record.state !== 'paused') {
    mustRun(agent, 'resume');
    return { outcome: 'unchanged', detail: 'was not paused' };
  }
  lifecycle.halts.resume(agent, 'resumed by you');
  return { outcome: 'done', detail: 'resumed' };
}

async function interrupt({ lifecycle, headless, typist, tmux, typeOf }: Daemon, agent: ManagedAgent): Promise<Done> {
  mustRun(agent, 'interrupt');
  if (agent.spec.headless) {
    headless.interrupt(agent);
    return { outcome: 'done', detail: 'interrupted (its turn is asked to end)' };
  }
  if (agent.spec.type === claudeCode.name) {
    const ended = await typist.interrupt(agent, livePane(agent));
    return ended ? { outcome: 'done', detail: 'interrupted (Escape)' } : { outcome: 'unchanged', detail: 'was at rest' };
  }
  const { interruptKeys } = await typeOf(agent.spec.type);
  if (interruptKeys) {
    if (agent.activity.status === 'idle') return { outcome: 'unchanged', detail: 'was at rest' };
    await tmux.keys(livePane(agent), interruptKeys);
    return { outcome: 'done', detail: `interrupted (${interruptKeys.join(' ')})` };
  }
  if (!lifecycle.interrupt(agent)) throw new MuxwardError('failed', `${agent.spec.name}: its process is gone`, { hint: `muxward status ${agent.spec.name} tells what became of it` });
  return { outcome: 'done', detail: 'interrupted (SIGINT)' };
}

function mustRun({ spec, record }: ManagedAgent, action: Action): void {
  if (isRunning(record.state)) return;
  throw new MuxwardError('failed', `${spec.name} does not run (${record.state}), so there is nothing to ${action}`, {
    hint: `muxward start ${spec.name}`,
  });
}

async function remove(daemon: Daemon, agent: ManagedAgent, request: ActRequest): Promise<Done> {
  const { spec, record } = agent;
  if (isLive(record.state)) {
    if (!request.force) {
      throw new MuxwardError('refused', `${spec.name} runs (${record.state})`, { hint: `muxward rm --force ${spec.name} stops it first` });
    }
    stopped(agent, await stopTree(daemon, agent, { action: 'stop', ...(request.graceMs === undefined ? {} : { graceMs: request.graceMs }) }, 'stay-down'));
  }
  const isSaved = await daemon.checkpoints.beforeRemoval(agent);
  await agent.draining;
  const removal = await daemon.worktrees.remove(agent);
  await forget(daemon, agent);
  const details = ['removed', ...(removal === null ? [] : [removal.detail]), ...(isSaved ? [`back again: muxward rollback ${spec.name}`] : [])];
  return { outcome: 'done', detail: details.join('; ') };
}
