/** The flags that give an agent a git worktree of its own. Whether it can be made is for the daemon to find out. */
import { MuxwardError } from '../core/errors.ts';
import type { WorktreeWish } from '../core/worktree.ts';

export interface WorktreeFlags {
  /** True where no branch was named. */
  readonly worktree?: string | boolean;
  readonly worktreeBase?: string;
  readonly worktreeCopy?: readonly string[];
  readonly worktreeLink?: readonly string[];
  readonly worktreeSetup?: readonly string[];
}

/** Undefined where none is wished for. @throws MuxwardError `usage` for a flag that would be ignored. */
export function specWorktree(flags: WorktreeFlags): WorktreeWish | undefined {
  const { worktree, worktreeBase, worktreeCopy = [], worktreeLink = [], worktreeSetup = [] } = flags;
  if (worktree === undefined || worktree === false) {
    const useless = Object.entries({ '--worktree-base': worktreeBase, '--worktree-copy': worktreeCopy[0], '--worktree-link': worktreeLink[0], '--worktree-setup': worktreeSetup[0] });
    const [flag] = useless.find(([, value]) => value !== undefined) ?? [];
    if (flag === undefined) return undefined;
    throw new MuxwardError('usage', `${flag}: without --worktree there is none`, { hint: 'add --worktree, or --worktree BRANCH' });
  }
  return { branch: worktree === true ? null : worktree, base: worktreeBase ?? null, copy: worktreeCopy, link: worktreeLink, setup: worktreeSetup };
}
