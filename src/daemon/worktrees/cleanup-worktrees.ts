/** What `cleanup` does about worktrees that no agent has: they are removed, what is unsaved in them saved first. */
import fs from 'node:fs';
import path from 'node:path';
import type { CleanupItem } from '../../core/protocol.ts';
import { readMarker } from '../../worktrees/marker.ts';
import type { Registry } from '../registry.ts';
import type { Worktrees } from './worktrees.ts';

export interface WorktreeChore extends CleanupItem {
  /** Gives the reason once more, with the ref that holds what was saved. */
  readonly run: () => Promise<string>;
}

/** Only what bears muxward's own mark: a folder that somebody else put there is none of ours. */
export async function forgottenWorktrees(worktrees: Worktrees, registry: Registry): Promise<WorktreeChore[]> {
  if (!fs.existsSync(worktrees.folder)) return [];
  const inUse = new Set(registry.all().flatMap(({ spec }) => spec.place?.path ?? []));
  const chores: WorktreeChore[] = [];
  for (const name of fs.readdirSync(worktrees.folder)) {
    const folder = path.join(fs.realpathSync(worktrees.folder), name);
    const marked = inUse.has(folder) ? undefined : await readMarker(folder);
    if (marked === undefined || worktrees.isBusy(marked.agent)) continue;
    const run = async (): Promise<string> => (await worktrees.removeForgotten(marked)).detail;
    chores.push({ kind: 'worktree', what: folder, why: 'no agent has it; what is unsaved in it is saved first', run });
  }
  return chores;
}
