/** Conflicts between agents' worktrees, and what follows from a new look at them. Pure. */

/** `lines`: both change the same lines. `base`: the branch it began at has gone on, and does not merge. `file`: both change a file, and it merges. */
const CONFLICT_KINDS = ['lines', 'base', 'file'] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];

export interface Conflict {
  readonly id: string;
  readonly kind: ConflictKind;
  /** Two, by name; of kind `base` one. */
  readonly agents: readonly string[];
  /** Of kind `base`: the branch. */
  readonly base: string | null;
  readonly files: readonly string[];
  /** ISO 8601. */
  readonly since: string;
  /** The agent that is paused because of it. */
  readonly paused: string | null;
  /** Who resolves it: an agent's name, or `you`. Null: nobody said. */
  readonly resolvedBy: string | null;
}

/** What one look found. */
export type SeenConflict = Pick<Conflict, 'kind' | 'agents' | 'base' | 'files'>;

export interface ConflictNews {
  readonly conflicts: readonly Conflict[];
  /** Those that are news: of kind `file` none is, it merges. */
  readonly found: readonly Conflict[];
  readonly resolved: readonly Conflict[];
}

/** What was known before, and what is seen now: the same conflict keeps its id, its time and what was said about it. */
export function compareConflicts(before: readonly Conflict[], seen: readonly SeenConflict[], now: string, newId: () => string): ConflictNews {
  const known = new Map(before.map((conflict) => [keyOf(conflict), conflict]));
  const conflicts = seen.map((each): Conflict => {
    const old = known.get(keyOf(each));
    return old === undefined ? { ...each, id: newId(), since: now, paused: null, resolvedBy: null } : { ...old, files: each.files };
  });
  const isNew = ({ id }: Conflict): boolean => before.every((old) => old.id !== id);
  const isGone = ({ id }: Conflict): boolean => conflicts.every((each) => each.id !== id);
  return { conflicts, found: conflicts.filter(isNew).filter(isNews), resolved: before.filter(isGone).filter(isNews) };
}

function isNews({ kind }: Conflict): boolean {
  return kind !== 'file';
}

function keyOf({ kind, agents, base }: SeenConflict): string {
  return [kind, base ?? '', ...agents.toSorted()].join('\0');
}

/** Pairs whose changed files overlap: no others can conflict, and each costs a merge. */
export function overlaps(changed: ReadonlyMap<string, ReadonlySet<string>>): { readonly agents: readonly [string, string]; readonly files: readonly string[] }[] {
  const names = [...changed.keys()].toSorted();
  return names.flatMap((one, i) =>
    names.slice(i + 1).flatMap((other) => {
      const files = [...(changed.get(one) ?? [])].filter((file) => changed.get(other)?.has(file));
      return files.length === 0 ? [] : [{ agents: [one, other] as const, files: files.toSorted() }];
    }),
  );
}

/** `conflicts --json`: also who changes what, whether it conflicts or not. */
export interface ConflictsReply {
  readonly conflicts: readonly Conflict[];
  readonly worktrees: readonly {
    readonly agent: string;
    readonly path: string;
    readonly files: readonly string[];
    /** `events` as they happen, `polling` where watches ran out, `none` while the agent does not run. */
    readonly watched: 'events' | 'polling' | 'none';
    /** When it was last looked at; null before the first time. */
    readonly at: string | null;
  }[];
}

export interface ConflictHunks {
  readonly conflict: Conflict;
  /** Each file as a merge of the two would leave it, with markers. */
  readonly hunks: readonly { readonly path: string; readonly text: string }[];
  readonly folders: Readonly<Record<string, string>>;
}

export interface ResolveRequest {
  /** This agent's files win; `base`: the branch's. */
  readonly keep?: string;
  /** This agent is asked to resolve it. */
  readonly agent?: string;
  /** You do it. */
  readonly manual?: boolean;
}

export interface ResolveReply {
  readonly conflict: Conflict;
  /** In words: what was done, and what is next. */
  readonly detail: string;
}
