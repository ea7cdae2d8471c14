/** Git worktrees of agents: what is wished for, where one was made, and what is told of them. Only shapes. */

/** What a user asks for with `--worktree`, or under `worktree:` in a `muxward.yaml`. */
export interface WorktreeWish {
  /** Null: `muxward/<agent>`. */
  readonly branch: string | null;
  /** What a new branch starts from, and what its work is compared with. Null: what is checked out where the agent was asked for. */
  readonly base: string | null;
  /** Files that git does not carry over, relative to the top of the repository; globs. */
  readonly copy: readonly string[];
  readonly link: readonly string[];
  /** Lines of shell, run in the new worktree before the agent starts. */
  readonly setup: readonly string[];
}

/** Where an agent's worktree is: kept in its specification, so that it can be made again. */
export interface WorktreePlace {
  /** The folder that all worktrees of the repository share (`.git`), absolute. */
  readonly repository: string;
  /** The checkout that it was made beside: copies and links come from there. Null for a bare repository. */
  readonly source: string | null;
  /** Top of the worktree, absolute. */
  readonly path: string;
  /** The agent's folder within it; empty for the top. */
  readonly subfolder: string;
  readonly branch: string;
  /** False for a branch that was there before: it is never deleted. */
  readonly ownsBranch: boolean;
  /** A branch, or what else was named. */
  readonly base: string;
  /** The commit that it began at. */
  readonly baseCommit: string;
  /** The last commit known of the branch: it is made again from there when it is gone. */
  readonly lastCommit: string;
  /** Copied files and a hash of what they held: what differs later is somebody's work. */
  readonly copied: Readonly<Record<string, string>>;
}

/** `worktree list --json`, one each. */
export interface WorktreeInfo {
  readonly agent: string;
  readonly state: string;
  readonly path: string;
  readonly repository: string;
  readonly branch: string;
  readonly base: string;
  /** Commits that the base lacks, and that the branch lacks; null where it cannot be known. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /** Files that differ from the last commit, with untracked ones. */
  readonly changedFiles: number | null;
  /** Something would be lost with the folder and its branch: uncommitted, or in no other branch and on no remote. */
  readonly unsaved: boolean | null;
  /** Why numbers are missing: the folder is gone, or the repository. */
  readonly problem: string | null;
  /** Refs under which earlier work was saved, oldest first. */
  readonly saved: readonly string[];
}

export interface WorktreeMerge {
  readonly agent: string;
  readonly branch: string;
  readonly into: string;
  readonly how: 'fast-forward' | 'merge' | 'squash' | 'up-to-date';
  /** What the target is at now. */
  readonly commit: string;
  /** The checkout that was brought along; null where the target is checked out nowhere. */
  readonly checkout: string | null;
  /** Files of the worktree that are not committed, and so not in it. */
  readonly uncommitted: number;
}

export interface WorktreeRemoval {
  readonly agent: string;
  readonly path: string;
  readonly branch: string;
  readonly branchDeleted: boolean;
  /** The ref that holds the work that was in no other place; null where there was none. */
  readonly saved: string | null;
  /** The ref that holds copied files, such as `.env`, that were changed; null where none was. */
  readonly savedCopies: string | null;
  readonly dryRun: boolean;
  /** In words, with how to get the work back. */
  readonly detail: string;
}

export interface WorktreeDiff {
  readonly agent: string;
  readonly branch: string;
  readonly base: string;
  readonly files: readonly ChangedFile[];
  readonly patch: string;
}

export interface ChangedFile {
  readonly path: string;
  /** As git says it: A, M, D, T. */
  readonly status: string;
}
