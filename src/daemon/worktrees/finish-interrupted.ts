/** Carries on where a killed daemon was: a worktree that was being made is taken back, one that was being removed goes. */
import { endGitAt } from '../../worktrees/leftovers.ts';
import { undoMaking } from '../../worktrees/make.ts';
import { readMarker } from '../../worktrees/marker.ts';
import { finishRemoving } from '../../worktrees/remove.ts';
import { endSetUp } from '../../worktrees/set-up.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../registry.ts';
import type { Intent, Intents } from './intents.ts';

/** Before any agent starts. What fails stays noted, and is tried again by the next daemon. */
export async function finishInterrupted(intents: Intents, registry: Registry, log: Log): Promise<void> {
  for (const intent of intents.left()) {
    try {
      const done = await finish(intent, registry);
      intents.done(intent.agent);
      if (done !== null) log.info(`${intent.agent}: ${done}`);
    } catch (error) {
      log.warn(`the worktree of ${intent.agent}`, error);
    }
  }
}

async function finish(intent: Intent, registry: Registry): Promise<string | null> {
  if (intent.kind === 'removing') return (await finishRemoving(intent)).detail;
  const stored = registry.find(intent.agent)?.spec.place;
  // The agent was stored, and the mark is made last: the worktree is whole.
  if (stored?.path === intent.path && (await readMarker(intent.path))) return null;
  if (intent.setUp !== null) endSetUp(intent.setUp);
  await endGitAt(intent.path);
  await undoMaking(intent);
  return `the worktree ${intent.path}, which was being made when the daemon ended, is taken back`;
}
