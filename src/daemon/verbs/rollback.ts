/** `rollback`: takes an agent back to a checkpoint, files and conversation, or forward again. */
import type { Routes } from '../../core/protocol.ts';
import { viewOf, type Checkpoint, type RollbackPart, type RollbackReply } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isLive } from '../../core/state.ts';
import { rollBack } from '../checkpoints/roll-back.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';
import { find } from './checkpoints.ts';

export async function rollback(daemon: Daemon, name: string, request: Routes['POST /api/agents/:name/rollback']['takes']): Promise<RollbackReply> {
  const { registry, settings, lifecycle, launcher, checkpoints, worktrees } = daemon;
  const agent = registry.get(name);
  const target = await targetOf(daemon, agent.spec.name, request);
  if (request.dryRun) return await plan(daemon, agent, target, request.part);
  const options = { registry, lifecycle, launcher, checkpoints, stopGraceMs: settings.stopGraceMs, ensureFolder: worktrees.ensure.bind(worktrees) };
  const { undone, filesChanged, restarted } = await rollBack(options, agent, target, request.part);
  return { dryRun: false, checkpoint: viewOf(target), undone: viewOf(undone), part: request.part, filesChanged, restarted, sessionId: agent.record.sessionId };
}

/** What a rollback would do. @throws MuxwardError `refused` where the checkpoint is damaged */
async function plan({ checkpoints }: Daemon, { spec, record }: ManagedAgent, target: Checkpoint, part: RollbackPart): Promise<RollbackReply> {
  const [vault, { diffSince }, { refuseDamagedTarget }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/diff.ts'), import('../../checkpoints/rollback.ts')]);
  await refuseDamagedTarget(vault, target);
  const filesChanged = part === 'conversation' ? 0 : (await diffSince(vault, target, spec.cwd, spec.umask)).files.length;
  return { dryRun: true, checkpoint: viewOf(target), undone: null, part, filesChanged, restarted: isLive(record.state), sessionId: record.sessionId };
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
