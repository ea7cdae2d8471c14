/** What a checkpoint is, as its manifest on disk and as `checkpoint list --json` tell it. Only shapes. */
/** Why it was made. `rollback`: to hold what a rollback was about to undo. `stage`: between two stages of a plan. */
const CHECKPOINT_TRIGGERS = ['hand', 'interval', 'turns', 'rollback', 'remove', 'import', 'task', 'stage'] as const;
export type CheckpointTrigger = (typeof CHECKPOINT_TRIGGERS)[number];

/** When checkpoints of an agent are made by themselves; null where not. */
export interface CheckpointPlan {
  readonly everyMs: number | null;
  readonly turns: number | null;
}

/** How many and how much is kept, of each agent. The newest one is always kept. */
export interface Retention {
  readonly keep: number;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** What is in a folder and was not saved, and why. */
export interface Skipped {
  readonly path: string;
  readonly why: 'too-large' | 'unreadable' | 'nested-too-deep';
  readonly bytes: number | null;
}

/** One folder tree of a checkpoint: the agent's own, and each repository nested in it. */
export interface CheckpointRoot {
  /** Absolute. */
  readonly path: string;
  /** `folder`: its content lies in a repository of muxward's own. */
  readonly kind: 'repository' | 'folder';
  /** The git folder that holds objects and ref. */
  readonly gitDir: string;
  readonly ref: string;
  readonly commit: string;
  readonly tree: string;
  /** Files that differed from the checkpoint before (all of them in the first one). */
  readonly changed: number;
  /** Of those, together. */
  readonly bytes: number;
  readonly skipped: readonly Skipped[];
  /** Where the repository itself stood. For the reader: a rollback moves no branch. */
  readonly head: { readonly branch: string | null; readonly commit: string | null; readonly underWay: string | null } | null;
}

/** A text that lies, compressed, under its hash among the agent's pieces. */
export interface Piece {
  /** SHA-256 of the text. */
  readonly hash: string;
  readonly bytes: number;
}

/** The conversation up to a whole line of its transcript. */
export interface CheckpointConversation {
  readonly sessionId: string;
  /** Where the transcript was. */
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  /** SHA-256 of all of it. */
  readonly hash: string;
  readonly pieces: readonly Piece[];
}

/** How far an agent had come in its messages. */
export interface MessageCursor {
  /** The number of the message that it had acknowledged last: one that it acknowledged later has a higher one. */
  readonly acknowledged: number;
  /** Ids of those that it had not, oldest first. */
  readonly open: readonly string[];
}

/** How far an agent had come in its tasks. */
export interface TaskPosition {
  /** As many of its tasks had ever ended, also those that were undone since: what ended later is counted above. */
  readonly ended: number;
  /** As many had ended and were not undone, and the last of these. */
  readonly done: number;
  readonly last: string | null;
  readonly running: string | null;
  /** Ids of those that waited or were held, in the order in which they were submitted. */
  readonly waiting: readonly string[];
  /** Of the plan that the task belongs to which ran, or had just ended; counted from 1. */
  readonly stage: { readonly run: string; readonly number: number; readonly of: number } | null;
}

/** The manifest. Its file is written last: where there is none, there is no checkpoint. */
export interface Checkpoint {
  readonly version: 1;
  readonly id: string;
  readonly agent: string;
  readonly agentId: string;
  readonly type: string;
  readonly at: string;
  readonly message: string | null;
  readonly trigger: CheckpointTrigger;
  /** The agent ran and was not unhealthy. */
  readonly isGood: boolean;
  readonly state: string;
  readonly cwd: string;
  readonly roots: readonly CheckpointRoot[];
  readonly conversation: CheckpointConversation | null;
  /** The specification without environment values. */
  readonly definition: Piece;
  readonly environmentNames: readonly string[];
  /** Their values, encrypted; absent where there are none, and in an imported one. */
  readonly environment?: Piece;
  readonly screen: Piece | null;
  /** Where it stood in its messages and its tasks; null in one that is older than those. */
  readonly cursor: MessageCursor | null;
  readonly task: TaskPosition | null;
  /** What it took on disk beyond the checkpoints before it, about. */
  readonly bytes: number;
  /** What a reader should know: what was not saved, what changed while it was read. */
  readonly notes: readonly string[];
}

export const ROLLBACK_PARTS = ['both', 'files', 'conversation'] as const;
export type RollbackPart = (typeof ROLLBACK_PARTS)[number];

/** One checkpoint as commands show it. */
export interface CheckpointView {
  readonly id: string;
  readonly agent: string;
  readonly at: string;
  readonly message: string | null;
  readonly trigger: CheckpointTrigger;
  /** The agent ran and was not unhealthy: `rollback` goes to the newest such one by default. */
  readonly good: boolean;
  readonly state: string;
  readonly cwd: string;
  /** Over all its folder trees. */
  readonly files: { readonly trees: number; readonly changed: number; readonly bytes: number; readonly skipped: readonly Skipped[] };
  readonly conversation: { readonly sessionId: string; readonly lines: number; readonly bytes: number } | null;
  /** What it took on disk beyond the checkpoints before it, about. */
  readonly bytes: number;
  readonly notes: readonly string[];
}

export function viewOf({ id, agent, at, message, trigger, isGood, state, cwd, roots, conversation, bytes, notes }: Checkpoint): CheckpointView {
  const sum = (of: (root: CheckpointRoot) => number): number => roots.reduce((total, root) => total + of(root), 0);
  return {
    id,
    agent,
    at,
    message,
    trigger,
    good: isGood,
    state,
    cwd,
    files: { trees: roots.length, changed: sum(({ changed }) => changed), bytes: sum((root) => root.bytes), skipped: roots.flatMap(({ skipped }) => skipped) },
    conversation: conversation && { sessionId: conversation.sessionId, lines: conversation.lines, bytes: conversation.bytes },
    bytes,
    notes,
  };
}

/** `checkpoint show`. */
export interface CheckpointDetails extends CheckpointView {
  readonly manifest: Checkpoint;
  /** What was on its screen; null where it had none, or it is damaged. */
  readonly screen: string | null;
  /** How the agent was started, without environment values; null where it is damaged. */
  readonly definition: object | null;
}

/** `checkpoint diff`: what was done since, and what a rollback would undo. */
export interface CheckpointDiff {
  readonly id: string;
  readonly files: readonly { readonly status: string; readonly path: string }[];
  /** As `git diff` prints it. */
  readonly patch: string;
  /** The patch was cut. */
  readonly cut: boolean;
}

export interface RollbackReply {
  /** Nothing was done: this is what would be. */
  readonly dryRun: boolean;
  /** What the agent stands at now. */
  readonly checkpoint: CheckpointView;
  /** What was undone; `rollback --undo` returns to it. Null with `dryRun`. */
  readonly undone: CheckpointView | null;
  readonly part: RollbackPart;
  readonly filesChanged: number;
  /** Messages that it had acknowledged since, and that are in its inbox again. */
  readonly messagesReopened: number;
  /** Tasks that are undone: pending again, and held until `task resume` names them. */
  readonly tasksHeld: number;
  readonly restarted: boolean;
  /** The agent had been removed, and is there again; it does not run. */
  readonly broughtBack: boolean;
  readonly sessionId: string | null;
}
