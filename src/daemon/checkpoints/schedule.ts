/** Makes checkpoints by themselves: every so often, and after so many turns of Claude Code, where something changed. */
import type { CheckpointPlan } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isRunning } from '../../core/state.ts';
import type { HookStream } from '../claude/hook-stream.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { Checkpoints } from './checkpoints.ts';

export interface ScheduleOptions {
  readonly registry: Registry;
  readonly checkpoints: Checkpoints;
  readonly hooks: HookStream;
  /** For agents that have no plan of their own. */
  readonly plan: CheckpointPlan;
  readonly onError: (what: string, error: unknown) => void;
}

/** Between two looks whether one is due. */
const LOOK_EVERY_MS = 1000;

interface Since {
  atMs: number;
  turns: number;
  busy: boolean;
}

/** The returned function ends it. */
export function scheduleCheckpoints(options: ScheduleOptions): () => void {
  const { registry, hooks } = options;
  const since = new WeakMap<ManagedAgent, Since>();
  const sinceOf = (agent: ManagedAgent): Since => {
    const known = since.get(agent) ?? { atMs: registry.clock.monotonicMs(), turns: 0, busy: false };
    since.set(agent, known);
    return known;
  };
  const endLooks = registry.clock.every(LOOK_EVERY_MS, () => {
    for (const agent of registry.all()) {
      const { everyMs } = agent.spec.checkpoint ?? options.plan;
      if (everyMs === null || !isRunning(agent.record.state)) continue;
      if (registry.clock.monotonicMs() - sinceOf(agent).atMs >= everyMs) void make(options, agent, sinceOf(agent), 'interval');
    }
  });
  const unsubscribe = hooks.subscribe((agent, { event }) => {
    const { turns } = agent.spec.checkpoint ?? options.plan;
    if (turns === null || event !== 'Stop') return;
    const mine = sinceOf(agent);
    mine.turns += 1;
    if (mine.turns >= turns) void make(options, agent, mine, 'turns');
  });
  return () => {
    endLooks();
    unsubscribe();
  };
}

async function make(options: ScheduleOptions, agent: ManagedAgent, since: Since, trigger: 'interval' | 'turns'): Promise<void> {
  if (since.busy) return;
  const { registry, checkpoints, onError } = options;
  Object.assign(since, { atMs: registry.clock.monotonicMs(), turns: 0, busy: true });
  try {
    await checkpoints.create(agent, { trigger, message: null, onlyIfChanged: true });
  } catch (error) {
    // An expected failure is told in an event.
    if (!(error instanceof MuxwardError)) onError(`checkpoint of ${agent.spec.name}`, error);
  } finally {
    since.busy = false;
  }
  // Turns that ended meanwhile are not seen again before the next one.
  const { turns } = agent.spec.checkpoint ?? options.plan;
  if (turns !== null && since.turns >= turns) await make(options, agent, since, 'turns');
}
