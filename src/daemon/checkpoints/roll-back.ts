/**
 * `rollback` in the daemon: stops the agent, has files and conversation restored, and starts it there. The vault's
 * journal says how far it got, so that the daemon after this one can finish or undo it.
 */
import { findTranscript, transcriptPath } from '../../agents/claude/transcript-path.ts';
import type { Transcript } from '../../checkpoints/conversation.ts';
import type { Vault } from '../../checkpoints/create.ts';
import type { ReadyTree } from '../../checkpoints/restore-tree.ts';
import type { RollbackJournal } from '../../checkpoints/rollback.ts';
import type { Checkpoint, RollbackPart } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { NO_RESTARTS } from '../../core/restart-policy.ts';
import { isLive } from '../../core/state.ts';
import type { Launcher } from '../launcher.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { Checkpoints } from './checkpoints.ts';

export interface RollBackOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly launcher: Launcher;
  readonly checkpoints: Checkpoints;
  readonly stopGraceMs: number;
  /** A worktree that was deleted is there again. */
  readonly ensureFolder: (agent: ManagedAgent) => Promise<unknown>;
}

export interface RolledBack {
  readonly undone: Checkpoint;
  readonly filesChanged: number;
  readonly messagesReopened: number;
  /** Tasks that are undone, and held. */
  readonly tasksHeld: number;
  readonly restarted: boolean;
}

/**
 * `within-recovery`: nothing of it runs, and it is started by whoever asked.
 * @throws MuxwardError with everything as it was, or as `recoverRollbacks` will make it.
 */
export async function rollBack(options: RollBackOptions, agent: ManagedAgent, target: Checkpoint, part: RollbackPart, how: 'whole' | 'within-recovery' = 'whole'): Promise<RolledBack> {
  const { targets } = options.checkpoints;
  targets.add(target.id);
  try {
    return await besideTasks(options, agent, target, part, how);
  } finally {
    targets.delete(target.id);
  }
}

async function besideTasks(options: RollBackOptions, agent: ManagedAgent, target: Checkpoint, part: RollbackPart, how: 'whole' | 'within-recovery'): Promise<RolledBack> {
  const { tasks } = options.checkpoints.places;
  if (tasks === null || part === 'files') return await takeBack(options, agent, target, part, how);
  // Cancelling a task is for good, so that what can be known to fail fails before. It may just be making a checkpoint, too: not in the agent's turn.
  if (tasks.placeOf(agent.spec.name).running !== null) {
    const [vault, { refuseDamagedTarget }] = await Promise.all([options.checkpoints.vault(), import('../../checkpoints/rollback.ts')]);
    await refuseDamagedTarget(vault, target);
  }
  const { held, release } = await tasks.aside(agent.spec.name);
  try {
    const done = await takeBack(options, agent, target, part, how);
    return { ...done, tasksHeld: done.tasksHeld + held };
  } finally {
    release();
  }
}

function takeBack(options: RollBackOptions, agent: ManagedAgent, target: Checkpoint, part: RollbackPart, how: 'whole' | 'within-recovery'): Promise<RolledBack> {
  const { checkpoints } = options;
  return checkpoints.inTurnOf(agent.spec.name, async () => {
    const [vault, work] = await Promise.all([checkpoints.vault(), import('../../checkpoints/rollback.ts')]);
    // It may have been removed since it was chosen.
    await work.refuseDamagedTarget(vault, vault.manifests.get(target.id));
    const wasRunning = how === 'whole' && isLive(agent.record.state);
    const journal: RollbackJournal = { ...begun(agent, target, part), wasRunning };
    work.writeJournal(vault, journal);
    try {
      if (how === 'whole') await stopFor(options, agent);
      if (part !== 'conversation') await options.ensureFolder(agent);
      const undone = await checkpoints.tell(agent, 'rollback', async () => {
        const request = await checkpoints.requestFor(agent, { trigger: 'rollback', message: `before going back to ${target.id}` });
        return work.prepareRollback(vault, target, part, request);
      });
      const transcript = await transcriptFor(agent, target, part);
      const ready = await work.readyTrees(vault, target, undone, journal);
      const restoring = { ...journal, before: undone.id, phase: 'restoring', transcript } as const;
      work.writeJournal(vault, restoring);
      return { undone, ...(await finish(options, agent, vault, restoring, ready)), restarted: wasRunning };
    } catch (error) {
      await undoIfUntouched(options, agent, vault);
      const left = work.readJournal(vault, agent.spec.name);
      throw left?.phase === 'restoring' ? betweenTheTwo(error, left) : error;
    }
  });
}

function begun({ spec, record }: ManagedAgent, target: Checkpoint, part: RollbackPart): RollbackJournal {
  return {
    agent: spec.name,
    target: target.id,
    before: null,
    part,
    phase: 'preparing',
    cwd: spec.cwd,
    umask: spec.umask,
    wasRunning: isLive(record.state),
    transcript: null,
    at: new Date().toISOString(),
  };
}

async function stopFor({ registry, lifecycle, stopGraceMs }: RollBackOptions, agent: ManagedAgent): Promise<void> {
  if (!isLive(agent.record.state)) return;
  const { survivors } = await lifecycle.stop(agent, { graceMs: stopGraceMs, force: false, next: 'stay-down' });
  registry.flush();
  if (survivors.length === 0) return;
  throw new MuxwardError('failed', `${agent.spec.name} cannot be rolled back: process ${survivors.join(', ')} would not end`, { hint: 'it hangs in the kernel, or belongs to another user' });
}

/** From `restoring` on there is only forward: files, messages and tasks, conversation, start. */
async function finish(options: RollBackOptions, agent: ManagedAgent, vault: Vault, journal: RollbackJournal, ready: readonly ReadyTree[] | null = null): Promise<Omit<RolledBack, 'undone' | 'restarted'>> {
  const { registry, launcher, checkpoints } = options;
  const work = await import('../../checkpoints/rollback.ts');
  const filesChanged = journal.phase === 'restoring' ? (await work.carryOut(vault, journal, ready)).files : 0;
  const moved = journal.part === 'files' ? { messagesReopened: 0, tasksHeld: 0 } : checkpoints.goTo(vault.manifests.get(journal.target));
  const restored = { ...journal, phase: 'restored' } as const;
  work.writeJournal(vault, restored);
  if (journal.transcript !== null) registry.patch(agent, { sessionId: journal.transcript === 'fresh' ? null : journal.transcript.sessionId });
  registry.flush();
  if (journal.wasRunning && !isLive(agent.record.state)) {
    agent.memory = NO_RESTARTS;
    registry.patch(agent, { wish: 'run', restartedAt: [], restartsInARow: 0 });
    await launcher.launch([agent], `starting at ${journal.target}`);
  }
  work.endJournal(vault, restored);
  registry.emit('checkpoint.restored', agent.spec.name, { id: journal.target, undone: journal.before, part: journal.part });
  return { filesChanged, ...moved };
}

/** Nothing was touched yet: the agent runs again as before. What was being restored stays for the next start. */
async function undoIfUntouched({ registry, launcher }: RollBackOptions, agent: ManagedAgent, vault: Vault): Promise<void> {
  const work = await import('../../checkpoints/rollback.ts');
  const journal = work.readJournal(vault, agent.spec.name);
  if (journal?.phase !== 'preparing') return;
  work.endJournal(vault, journal);
  if (!journal.wasRunning || isLive(agent.record.state)) return;
  registry.patch(agent, { wish: 'run' });
  await launcher.launch([agent], 'starting again: the rollback came to nothing');
}

/** What is left to the user where a disk is full, or a folder closed; the next daemon tries it again, too. */
function betweenTheTwo(error: unknown, { agent, target, before }: RollbackJournal): unknown {
  if (!(error instanceof MuxwardError)) return error;
  const back = before === null ? '' : `, or go back: muxward rollback ${agent} ${before}`;
  return new MuxwardError(error.code, `${agent} is between two checkpoints: ${error.message}`, { hint: `mend that and finish it: muxward rollback ${agent} ${target}${back}`, cause: error });
}

/** Which conversation it will go on in: its own one again where nothing was said since, else a copy that ends there. */
async function transcriptFor({ spec, record }: ManagedAgent, target: Checkpoint, part: RollbackPart): Promise<RollbackJournal['transcript']> {
  if (part === 'files' || spec.type !== 'claude-code') return null;
  const { conversation } = target;
  if (conversation === null) return record.sessionId === null ? null : 'fresh';
  const own = findTranscript(spec, conversation.sessionId);
  const { holdsExactly } = await import('../../checkpoints/conversation.ts');
  // An imported one may be another agent's own, which goes on in it.
  if (own !== undefined && target.trigger !== 'import' && holdsExactly(own, conversation)) return { sessionId: conversation.sessionId, path: own };
  const sessionId = crypto.randomUUID();
  return { sessionId, path: transcriptPath(spec, sessionId) } satisfies Transcript;
}

/** Files that a killed daemon was restoring, before anything is started on them. */
export async function finishRestoring(checkpoints: Checkpoints, onError: (what: string, error: unknown) => void): Promise<void> {
  if (checkpoints.isUnused) return;
  const [vault, work] = await Promise.all([checkpoints.vault(), import('../../checkpoints/rollback.ts')]);
  for (const name of vault.manifests.agents()) {
    const journal = work.readJournal(vault, name);
    if (journal?.phase !== 'restoring') continue;
    try {
      await work.carryOut(vault, journal);
      work.writeJournal(vault, { ...journal, phase: 'restored' });
    } catch (error) {
      onError(`rollback of ${name}`, error);
    }
  }
}

/** Rollbacks that a killed daemon left: finished where files may have been touched, else undone. */
export async function recoverRollbacks(options: RollBackOptions, onError: (what: string, error: unknown) => void): Promise<void> {
  const { registry, checkpoints } = options;
  if (checkpoints.isUnused) return;
  const [vault, work, { sweepLeftovers, sweepShadows }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/rollback.ts'), import('../../checkpoints/prune.ts')]);
  sweepShadows(vault);
  for (const name of vault.manifests.agents()) {
    const recover = async (): Promise<void> => {
      const agent = registry.find(name);
      const journal = work.readJournal(vault, name);
      if (journal !== null && agent === undefined) work.endJournal(vault, journal);
      if (journal !== null && agent !== undefined) await (journal.phase === 'preparing' ? undoIfUntouched(options, agent, vault) : finish(options, agent, vault, journal));
      await sweepLeftovers(vault, name);
    };
    await checkpoints.inTurnOf(name, recover).catch((error: unknown) => onError(`rollback of ${name}`, error));
  }
}
