/** Wires the worktrees of one home: where they lie, and what an earlier daemon left to finish. */
import os from 'node:os';
import path from 'node:path';
import type { HomePaths } from '../../config/paths.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../registry.ts';
import { finishInterrupted } from './finish-interrupted.ts';
import { Intents } from './intents.ts';
import { Worktrees } from './worktrees.ts';

export interface OpenWorktrees {
  readonly registry: Registry;
  readonly paths: HomePaths;
  /** As in the settings: absolute, or from `~`; null for the home's own. */
  readonly folder: string | null;
  readonly log: Log;
}

/** Resolves once nothing is half made any more: no agent may be started before. */
export async function openWorktrees({ registry, paths, folder, log }: OpenWorktrees): Promise<Worktrees> {
  const intents = new Intents(paths);
  await finishInterrupted(intents, registry, log);
  return new Worktrees({ registry, paths, intents, folder: folder === null ? path.join(paths.home, 'worktrees') : path.resolve(folder.replace(/^~(?=\/|$)/, os.homedir())) });
}
