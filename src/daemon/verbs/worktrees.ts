/** `worktree list|diff|merge|rm`: which agent and whether it may be; what is done is src/worktrees/ and src/daemon/worktrees/. */
import { MuxwardError } from '../../core/errors.ts';
import { mapAtMost } from '../../core/map-at-most.ts';
import type { Routes } from '../../core/protocol.ts';
import { select, type Selector } from '../../core/selector.ts';
import { isLive } from '../../core/state.ts';
import type { WorktreeDiff, WorktreeMerge, WorktreeRemoval } from '../../core/worktree.ts';
import { diffOf, lookAt } from '../../worktrees/look.ts';
import { mergeWorktree } from '../../worktrees/merge.ts';
import { toAgent } from '../managed-agent.ts';
import { placeOf } from '../worktrees/worktrees.ts';
import type { Daemon } from './context.ts';

const LOOKS_AT_ONCE = 4;

export async function listWorktrees({ registry }: Daemon, selector: Selector): Promise<Routes['GET /api/worktrees']['gives']> {
  const chosen = select(registry.all().map(toAgent), selector).map(({ name }) => registry.get(name));
  const placed = chosen.flatMap(({ spec, record }) => (spec.place === undefined ? [] : [{ name: spec.name, state: record.state, place: spec.place }]));
  return { worktrees: await mapAtMost(LOOKS_AT_ONCE, placed, ({ name, state, place }) => lookAt(name, state, place)) };
}

export async function diffWorktree({ registry }: Daemon, name: string): Promise<WorktreeDiff> {
  const { spec } = registry.get(name);
  return await diffOf(spec.name, placeOf(spec));
}

export async function mergeAgentsWorktree({ registry }: Daemon, name: string, request: Routes['POST /api/worktrees/:name/merge']['takes']): Promise<WorktreeMerge> {
  const { spec } = registry.get(name);
  return await mergeWorktree({
    agent: spec.name,
    place: placeOf(spec),
    into: request.into ?? null,
    squash: request.squash ?? false,
    message: request.message ?? null,
    options: { umask: spec.umask, hooks: true },
  });
}

export async function removeAgentsWorktree({ registry, worktrees }: Daemon, name: string, request: Routes['POST /api/worktrees/:name/remove']['takes']): Promise<WorktreeRemoval> {
  const agent = registry.get(name);
  placeOf(agent.spec);
  if (request.dryRun) return await worktrees.wouldRemove(agent);
  if (isLive(agent.record.state)) {
    throw new MuxwardError('refused', `${agent.spec.name} works in its worktree (${agent.record.state})`, { hint: `muxward stop ${agent.spec.name} first` });
  }
  const removal = await worktrees.remove(agent);
  registry.flush();
  if (removal === null) throw new MuxwardError('bug', `${agent.spec.name} lost its worktree meanwhile`);
  return removal;
}
