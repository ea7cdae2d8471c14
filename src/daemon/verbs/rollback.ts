/** `rollback`: takes an agent back to a checkpoint, files and conversation, or forward again; one that was removed, too. */
import type { AgentSpec } from '../../core/agent.ts';
import type { Routes } from '../../core/protocol.ts';
import { viewOf, type Checkpoint, type RollbackPart, type RollbackReply } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isLive } from '../../core/state.ts';
import { forgottenSpec } from '../checkpoints/forgotten.ts';
import { rollBack } from '../checkpoints/roll-back.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';
import { find } from './checkpoints.ts';

export async function rollback(daemon: Daemon, name: string, request: Routes['POST /api/agents/:name/rollback']['takes']): Promise<RollbackReply> {
  const { registry, settings, lifecycle, launcher, checkpoints, worktrees } = daemon;
  const known = await lookUp(daemon, name);
  const target = await targetOf(daemon, known?.spec.name ?? name, request);
  const spec = known?.spec ?? (await forgottenSpec(checkpoints, target));
  if (request.dryRun) return await plan(daemon, known, spec, target, request.part);
  const agent = known ?? bringBack(daemon, spec);
  const options = { registry, lifecycle, launcher, checkpoints, stopGraceMs: settings.stopGraceMs, ensureFolder: worktrees.ensure.bind(worktrees) };
  try {
    const { undone, ...done } = await rollBack(options, agent, target, request.part);
    return { dryRun: false, checkpoint: viewOf(target), undone: viewOf(undone), part: request.part, ...done, broughtBack: known === null, sessionId: agent.record.sessionId };
  } catch (error) {
    if (known === null && !(await isBetween(daemon, agent))) registry.remove(agent);
    throw error;
  }
}

/** Null where it was removed, and has checkpoints. @throws MuxwardError `not-found` */
async function lookUp({ registry, checkpoints }: Daemon, name: string): Promise<ManagedAgent | null> {
  const isForgotten = registry.find(name) === undefined && !checkpoints.isUnused && (await checkpoints.vault()).manifests.agents().includes(name);
  return isForgotten ? null : registry.get(name);
}

/** It is there again as it was started, and does not run. */
function bringBack({ registry, claims }: Daemon, spec: AgentSpec): ManagedAgent {
  if (registry.find(spec.name)) throw new MuxwardError('conflict', `${spec.name} was just brought back by somebody else`, { hint: `muxward status ${spec.name}` });
  claims.check([spec]);
  return registry.add(spec);
}

/** Its files may have been touched: the rollback is to be finished. */
async function isBetween({ checkpoints }: Daemon, { spec }: ManagedAgent): Promise<boolean> {
  const { readJournal } = await import('../../checkpoints/rollback.ts');
  return readJournal(await checkpoints.vault(), spec.name)?.phase === 'restoring';
}

/** What a rollback would do. @throws MuxwardError `refused` where the checkpoint is damaged */
async function plan({ checkpoints, messages }: Daemon, known: ManagedAgent | null, spec: AgentSpec, target: Checkpoint, part: RollbackPart): Promise<RollbackReply> {
  const [vault, { diffSince }, { refuseDamagedTarget }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/diff.ts'), import('../../checkpoints/rollback.ts')]);
  await refuseDamagedTarget(vault, target);
  const filesChanged = part === 'conversation' ? 0 : (await diffSince(vault, target, spec.cwd, spec.umask)).files.length;
  const messagesReopened = part === 'files' || target.cursor === null ? 0 : messages.places.changesTo(target.agent, target.cursor).reopened.length;
  const tasksHeld = part === 'files' || target.task === null ? 0 : (checkpoints.places.tasks?.wouldHold(spec.name, target.task) ?? 0);
  return { dryRun: true, checkpoint: viewOf(target), undone: null, part, filesChanged, messagesReopened, tasksHeld, restarted: known !== null && isLive(known.record.state), broughtBack: known === null, sessionId: known?.record.sessionId ?? null };
}

async function targetOf({ checkpoints }: Daemon, name: string, { id, undo }: Pick<Routes['POST /api/agents/:name/rollback']['takes'], 'id' | 'undo'>): Promise<Checkpoint> {
  const vault = await checkpoints.vault();
  if (undo) {
    const { lastUndone } = await import('../../checkpoints/rollback.ts');
    const before = lastUndone(vault, name);
    if (before === null) throw new MuxwardError('failed', `${name} was not rolled back: there is nothing to undo`, { hint: `muxward checkpoint list ${name}` });
    return find(checkpoints, before);
  }
  if (id !== undefined) return ofThisAgent(await find(checkpoints, id), name);
  return lastGood(checkpoints, name);
}

function ofThisAgent(checkpoint: Checkpoint, name: string): Checkpoint {
  if (checkpoint.agent === name) return checkpoint;
  throw new MuxwardError('usage', `${checkpoint.id} is a checkpoint of ${checkpoint.agent}, not of ${name}`, { hint: `muxward checkpoint list ${name}` });
}

/** The newest that is whole and was made while the agent was well; else the newest that is whole. */
async function lastGood(checkpoints: Daemon['checkpoints'], name: string): Promise<Checkpoint> {
  const [vault, { glanceAt }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/verify.ts')]);
  const mine = vault.manifests.list(name).checkpoints.filter(({ trigger }) => trigger !== 'rollback');
  for (const one of [...mine.filter(({ isGood }) => isGood), ...mine.filter(({ isGood }) => !isGood)]) {
    if ((await glanceAt(vault, one)).length === 0) return one;
  }
  throw new MuxwardError('not-found', `${name} has no checkpoint to go back to`, { hint: `make one: muxward checkpoint create ${name}` });
}
