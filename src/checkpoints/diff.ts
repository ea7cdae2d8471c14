/** What was done to the files since a checkpoint: what a rollback would undo. */
import path from 'node:path';
import type { Checkpoint, CheckpointDiff } from '../core/checkpoint.ts';
import { gitDo, records } from '../system/git.ts';
import type { Vault } from './create.ts';
import { inTurn } from './in-turn.ts';
import { optionsOf, targetTrees } from './rollback.ts';
import { shadowEnv } from './shadow.ts';
import { takeSnapshot } from './snapshot.ts';

const MAX_PATCH_BYTES = 4 * 2 ** 20;

/** Neither programs of the user's nor colours. */
const PLAIN = ['--no-ext-diff', '--no-textconv', '--no-color'];

/** @throws MuxwardError where the agent works elsewhere now, or the files cannot be read */
export async function diffSince(vault: Vault, checkpoint: Checkpoint, cwd: string, umask: number): Promise<CheckpointDiff> {
  const files: CheckpointDiff['files'][number][] = [];
  let patch = '';
  for (const { shadow, root } of await targetTrees(vault, checkpoint, cwd)) {
    const env = shadowEnv(shadow);
    const now = await inTurn(shadow.root.path, () => takeSnapshot(shadow, optionsOf(vault, umask)));
    const prefix = path.relative(checkpoint.roots[0]?.path ?? root.path, root.path);
    const [names, text] = await Promise.all([
      gitDo(shadow.root.path, ['diff-tree', '-r', '-z', '--name-status', '--no-renames', root.tree, now.tree], 'compare', { env }),
      gitDo(shadow.root.path, ['diff-tree', '-r', '-p', '-M', ...PLAIN, ...under(prefix), root.tree, now.tree], 'compare', { env }),
    ]);
    const fields = records(names);
    for (let i = 0; i + 1 < fields.length; i += 2) files.push({ status: fields[i] ?? '', path: path.join(prefix, fields[i + 1] ?? '') });
    patch += text.toString();
  }
  return { id: checkpoint.id, files, patch: patch.slice(0, MAX_PATCH_BYTES), cut: patch.length > MAX_PATCH_BYTES };
}

function under(prefix: string): string[] {
  return prefix === '' ? [] : [`--src-prefix=a/${prefix}/`, `--dst-prefix=b/${prefix}/`];
}
