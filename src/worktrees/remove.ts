/**
 * Removes a worktree, its work saved first, and its branch where nothing of it would be lost. Each step can be done
 * again: who is killed in between leaves an intent from which the next daemon finishes it.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { WorktreePlace, WorktreeRemoval } from '../core/worktree.ts';
import { git } from './git-text.ts';
import { dropWorktree } from './drop.ts';
import { commitOf, isBranch } from './repository.ts';
import { changedCopies, isKeptElsewhere, saveCommit, saveWork, type Saved } from './save.ts';

/** Written once the work is saved, so that what is half deleted is not saved as work; gone after the last step. */
export interface RemovingIntent {
  readonly kind: 'removing';
  readonly agent: string;
  readonly place: WorktreePlace;
  readonly saved: Saved;
}

export interface RemoveRequest {
  readonly agent: string;
  readonly place: WorktreePlace;
  readonly now: Date;
  readonly note: (intent: RemovingIntent) => void;
}

/** @throws MuxwardError `refused` or `failed` with everything as it was. */
export async function removeWorktree({ agent, place, now, note }: RemoveRequest): Promise<WorktreeRemoval> {
  if (!fs.existsSync(place.repository)) return withoutRepository(agent, place);
  const isThere = fs.existsSync(path.join(place.path, '.git'));
  const saved = isThere ? await saveWork(agent, place, now) : { work: await saveBranch(agent, place, now), copies: null };
  const intent: RemovingIntent = { kind: 'removing', agent, place, saved };
  note(intent);
  return await finishRemoving(intent);
}

/** The steps after the work is saved. */
export async function finishRemoving({ agent, place, saved }: RemovingIntent): Promise<WorktreeRemoval> {
  if (fs.existsSync(place.path)) await dropWorktree(place.repository, place.path);
  const branchDeleted = await deleteBranch(place);
  return { agent, path: place.path, branch: place.branch, branchDeleted, saved: saved.work, savedCopies: saved.copies, dryRun: false, detail: inWords(place, saved, branchDeleted) };
}

/** What `--dry-run` tells: changes nothing. */
export async function wouldRemove(agent: string, place: WorktreePlace): Promise<WorktreeRemoval> {
  const unsaved = fs.existsSync(path.join(place.path, '.git')) && (await isUnsaved(place));
  const detail = `would remove ${place.path}${unsaved ? ', its unsaved work saved under a ref first' : ''}`;
  return { agent, path: place.path, branch: place.branch, branchDeleted: false, saved: null, savedCopies: null, dryRun: true, detail };
}

/** Would something be lost with the folder and its branch? */
async function isUnsaved(place: WorktreePlace): Promise<boolean> {
  const dirty = (await git(place.path, ['status', '--porcelain', '-z'])) !== '' || changedCopies(place).length > 0;
  if (dirty) return true;
  const head = await commitOf(place.path, 'HEAD');
  return head !== null && !(await isKeptElsewhere(place, head));
}

async function saveBranch(agent: string, place: WorktreePlace, now: Date): Promise<string | null> {
  const tip = await commitOf(place.repository, `refs/heads/${place.branch}`);
  if (tip === null || !place.ownsBranch || (await isKeptElsewhere(place, tip))) return null;
  return await saveCommit(agent, place.repository, { commit: tip, at: now });
}

/** Only one that muxward made, and only where each of its commits is in another branch, on a remote, or saved. */
async function deleteBranch(place: WorktreePlace): Promise<boolean> {
  const { repository, branch, ownsBranch } = place;
  if (!ownsBranch || !(await isBranch(repository, branch))) return false;
  const tip = await commitOf(repository, `refs/heads/${branch}`);
  if (tip === null || !(await isKeptElsewhere(place, tip))) return false;
  await git(repository, ['update-ref', '-d', `refs/heads/${branch}`, tip]);
  await git(repository, ['config', '--remove-section', `branch.${branch}`]).catch(() => undefined);
  return true;
}

function inWords({ path: folder, branch }: WorktreePlace, { work, copies }: Saved, branchDeleted: boolean): string {
  const gone = `worktree ${folder} removed${branchDeleted ? `, branch ${branch} too` : ''}`;
  const saved = work === null ? '' : `; its unsaved work is ${work}, get it back: git switch -c NAME ${work}`;
  return `${gone}${saved}${copies === null ? '' : `; copied files that were changed are ${copies}, look: git ls-tree -r ${copies}`}`;
}

/** Nothing can be saved there any more, so nothing is deleted. */
function withoutRepository(agent: string, { path: folder, branch, repository }: WorktreePlace): WorktreeRemoval {
  const detail = fs.existsSync(folder) ? `its repository ${repository} is gone, so its files stay in ${folder}` : `its repository ${repository} is gone, and its worktree too`;
  return { agent, path: folder, branch, branchDeleted: false, saved: null, savedCopies: null, dryRun: false, detail };
}

