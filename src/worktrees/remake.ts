/** Makes a worktree again that was deleted, by hand or by `worktree rm`: from its branch, or from the last commit known of it. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import type { WorktreePlace } from '../core/worktree.ts';
import { makeWorktree, type MakeRequest } from './make.ts';
import { checkFree, type WorktreePlan } from './plan.ts';
import { checkoutsOf, commitOf, openRepository } from './repository.ts';
import { savedRefs } from './save.ts';

/** Is there something to work in? */
export function isWorktreeThere({ path: folder }: WorktreePlace): boolean {
  return fs.existsSync(path.join(folder, '.git'));
}

/** @throws MuxwardError that says what is missing. */
export async function remakeWorktree(agent: string, place: WorktreePlace, request: Omit<MakeRequest, 'plan'>): Promise<WorktreePlace> {
  const plan = await planAgain(agent, place);
  const made = await makeWorktree({ ...request, plan });
  return { ...made, ownsBranch: place.ownsBranch, baseCommit: place.baseCommit };
}

async function planAgain(agent: string, place: WorktreePlace): Promise<WorktreePlan> {
  const { repository: commonDir, branch } = place;
  if (!fs.existsSync(commonDir)) throw gone(agent, place, `and its repository ${printable(commonDir)} too`, 'bring the repository back, or forget the agent');
  const folder = place.source !== null && fs.existsSync(place.source) ? place.source : commonDir;
  checkFree(place.path);
  const holder = (await checkoutsOf(commonDir)).find((each) => each.branch === branch && !each.isGone);
  if (holder) throw gone(agent, place, `and its branch ${printable(branch)} is checked out in ${printable(holder.path)}`, 'check out another branch there');
  const tip = await commitOf(commonDir, `refs/heads/${branch}`);
  const start = tip ?? (await commitOf(commonDir, place.lastCommit));
  if (start === null) {
    const [saved] = (await savedRefs(commonDir, agent)).slice(-1);
    throw gone(agent, place, `and so is its branch ${printable(branch)}`, saved === undefined ? `make the branch again: git branch ${printable(branch)} COMMIT` : `make the branch again: git branch ${printable(branch)} ${saved}`);
  }
  const opened = await openRepository(folder);
  const repository = { ...opened, top: folder === commonDir ? null : opened.top, subfolder: place.subfolder };
  return { agent, repository, path: place.path, branch, mode: tip === null ? 'new' : 'keep', base: place.base, baseCommit: place.baseCommit, start };
}

function gone(agent: string, { path: folder }: WorktreePlace, why: string, hint: string): MuxwardError {
  return new MuxwardError('failed', `${agent}: its worktree ${printable(folder)} is gone, ${why}`, { hint });
}
