/** Is everything of a checkpoint there, and is it what was saved? */
import fs from 'node:fs';
import type { Checkpoint, CheckpointRoot } from '../core/checkpoint.ts';
import { MuxwardError } from '../core/errors.ts';
import { git } from '../system/git.ts';
import { findDamaged, objectsOf } from './check-objects.ts';
import { readConversation } from './conversation.ts';
import { piecesOf, type Vault } from './create.ts';

/** What is wrong, in words; none where all is well. Reads every byte. */
export async function verifyCheckpoint(vault: Vault, checkpoint: Checkpoint): Promise<string[]> {
  const [texts, ...trees] = await Promise.all([faultsOfTexts(vault, checkpoint), ...checkpoint.roots.map(faultsOfTree)]);
  return [...texts, ...trees.flat()];
}

/** As `verifyCheckpoint`, without reading the content of files: what a rollback needs is checked again when it is read. */
export async function glanceAt(vault: Vault, checkpoint: Checkpoint): Promise<string[]> {
  const [texts, ...trees] = await Promise.all([faultsOfTexts(vault, checkpoint), ...checkpoint.roots.map(isHeld)]);
  return [...texts, ...trees.flat()];
}

async function faultsOfTexts(vault: Vault, { agent, definition, environment, screen, conversation }: Checkpoint): Promise<string[]> {
  const pieces = piecesOf(vault, agent);
  const faults: string[] = [];
  const check = async (what: string, read: () => Promise<unknown>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      faults.push(`${what}: ${error.message}`);
    }
  };
  await check('definition', () => pieces.get(definition));
  if (environment !== undefined) await check('environment', () => pieces.get(environment));
  if (screen !== null) await check('screen', () => pieces.get(screen));
  if (conversation !== null) await check('conversation', () => readConversation(pieces, conversation));
  return faults;
}

async function isHeld({ path: folder, gitDir, commit, tree }: CheckpointRoot): Promise<string[]> {
  if (!fs.existsSync(gitDir)) return [`files of ${folder}: the repository ${gitDir} is gone`];
  const { status, stdout } = await git(gitDir, ['rev-parse', '-q', '--verify', `${commit}^{tree}`], { env: { GIT_DIR: gitDir } });
  return status === 0 && stdout.toString().trim() === tree ? [] : [`files of ${folder}: the commit ${commit.slice(0, 12)} is missing or damaged`];
}

async function faultsOfTree(root: CheckpointRoot): Promise<string[]> {
  const held = await isHeld(root);
  if (held.length > 0) return held;
  const objects = await objectsOf(root.gitDir, root.commit);
  if (objects.length === 0) return [`files of ${root.path}: its folders cannot be listed`];
  const damaged = await findDamaged(root.gitDir, objects);
  return damaged.length === 0 ? [] : [`files of ${root.path}: ${damaged.length} of ${objects.length} objects are missing or damaged (${damaged[0]?.slice(0, 12)} …)`];
}
