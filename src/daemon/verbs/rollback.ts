/** `rollback`: takes an agent back to a checkpoint, files and conversation, or forward again. */
import type { Routes } from '../../core/protocol.ts';
import { viewOf, type Checkpoint, type RollbackReply } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { rollBack } from '../checkpoints/roll-back.ts';
import type { Daemon } from './context.ts';
import { find } from './checkpoints.ts';

export async function rollback(daemon: Daemon, name: string, request: Routes['POST /api/agents/:name/rollback']['takes']): Promise<RollbackReply> {
  const { registry, settings, lifecycle, launcher, checkpoints } = daemon;
  const agent = registry.get(name);
  const target = await targetOf(daemon, agent.spec.name, request);
  const options = { registry, lifecycle, launcher, checkpoints, stopGraceMs: settings.stopGraceMs };
  const { undone, filesChanged, restarted } = await rollBack(options, agent, target, request.part);
  return { checkpoint: viewOf(target), undone: viewOf(undone), part: request.part, filesChanged, restarted, sessionId: agent.record.sessionId };
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
