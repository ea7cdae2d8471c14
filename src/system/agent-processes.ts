/**
 * All processes that belong to one agent, found anew as they fork and vanish: its root and group, what carries its
 * mark, and what descends from those; never what carries the mark of another agent. Ending them is tree-termination.ts.
 */
import { cachedFor } from './cached-for.ts';
import { livenessOf, type Identity, type Liveness } from './identity.ts';
import type { MarkedProcess } from './marks.ts';
import { readStat, scanProcesses, type ProcessStat } from './process-table.ts';
import { withDescendants } from './process-tree.ts';
import type { GroupLeader } from './signals.ts';

type Marks = ReadonlyMap<string, readonly MarkedProcess[]>;

interface Table {
  readonly all: readonly ProcessStat[];
  readonly childrenOf: ReadonlyMap<number, readonly ProcessStat[]>;
}

/** Every agent that is being ended at the moment shares these readings. */
const readTable = cachedFor(5, (): Table | undefined => {
  const all = scanProcesses();
  return all && { all, childrenOf: Map.groupBy(all, (one) => one.ppid) };
});

/** Whose mark each process carries, made once for each reading of the marks. */
const owners = new WeakMap<
  Marks,
  ReadonlyMap<number, { readonly agent: string; readonly identity: Identity }>
>();

/** Longer than any shared reading stays good: a source that never reads anew must not hold up a stop for ever. */
const FRESH_WAIT_MS = 2000;

/** A process of the agent, and the group that it is in. */
export interface Member extends Identity {
  readonly pgid: number;
}

export class AgentProcesses {
  readonly #agent: string;
  readonly #readMarks: () => Marks;
  readonly #known = new Map<number, Identity>();
  #marks: Marks;
  /** Group and session together: while the session has members, nobody else's group can get this number. */
  #group: { readonly pgid: number; readonly session: number } | undefined;

  /** `readMarks` gives `findMarked(home)`, possibly some milliseconds old. */
  constructor(agent: string, root: GroupLeader | null, readMarks: () => Marks) {
    this.#agent = agent;
    this.#readMarks = readMarks;
    this.#marks = readMarks();
    if (root === null) return;
    this.#known.set(root.pid, root);
    const witness = [root, ...this.marked()].map(confirmed).find((stat) => stat?.pgid === root.pgid);
    if (witness) this.#group = { pgid: root.pgid, session: witness.session };
  }

  /** The number of the group that was proven to be the agent's, if any. */
  get pgid(): number | undefined {
    return this.#group?.pgid;
  }

  /** What carries the agent's mark. */
  marked(): readonly MarkedProcess[] {
    return this.#marks.get(this.#agent) ?? [];
  }

  /** Its living processes as of the last readings, which may be some milliseconds old. */
  find(): Member[] {
    this.#marks = this.#readMarks();
    const table = readTable();
    const mine = table === undefined ? this.#findWithoutTable() : this.#findIn(table);
    for (const one of mine) this.#known.set(one.pid, one);
    return mine;
  }

  /** Its living processes by readings that began after this call. */
  async findAfresh(sleep: (ms: number) => Promise<void>): Promise<Member[]> {
    const [table, marks] = [readTable(), this.#readMarks()];
    const deadlineMs = performance.now() + FRESH_WAIT_MS;
    const isStale = (): boolean =>
      this.#readMarks() === marks || (table !== undefined && readTable() === table);
    while (isStale() && performance.now() < deadlineMs) await sleep(2);
    return this.find();
  }

  /** True where the group also holds a process of another agent: then it must not be signalled as a whole. */
  hasStrangersInGroup(): boolean {
    return [...this.#marks].some(
      ([agent, marked]) => agent !== this.#agent && marked.some((one) => one.pgid === this.#group?.pgid),
    );
  }

  #findIn({ all, childrenOf }: Table): Member[] {
    const owned = ownersIn(this.#marks);
    const ownerOf = (one: ProcessStat): string | undefined => {
      const owner = owned.get(one.pid);
      return matches(owner?.identity, one) ? owner?.agent : undefined;
    };
    const isMine = (one: ProcessStat): boolean =>
      matches(this.#known.get(one.pid), one) || this.#isInGroup(one) || ownerOf(one) === this.#agent;
    const isStranger = (one: ProcessStat): boolean =>
      one.pid === process.pid || (ownerOf(one) ?? this.#agent) !== this.#agent;
    return withDescendants(all.filter(isMine), childrenOf, isStranger)
      .filter(isLiving)
      .map(({ pid, startTime, pgid }) => ({ pid, startTime, pgid }));
  }

  /** What was seen before stays ours until it is known to be gone: unknown is not dead. */
  #findWithoutTable(): Member[] {
    const candidates = new Map<number, Identity>(this.#known);
    for (const one of this.marked()) candidates.set(one.pid, one);
    return [...candidates.values()].filter(isLeft).map((one) => {
      const stat = readStat(one.pid);
      return { ...one, pgid: typeof stat === 'object' ? stat.pgid : 0 };
    });
  }

  #isInGroup(one: ProcessStat): boolean {
    return this.#group !== undefined && one.pgid === this.#group.pgid && one.session === this.#group.session;
  }
}

/** True unless the process is known to have ended. */
export function isLeft(identity: Identity): boolean {
  return !hasEnded(livenessOf(identity));
}

/** False where it is not known: unknown is not dead. */
export function hasEnded(liveness: Liveness): boolean {
  return liveness === 'gone' || liveness === 'zombie' || liveness === 'recycled';
}

function confirmed(identity: Identity): ProcessStat | undefined {
  const stat = readStat(identity.pid);
  return typeof stat === 'object' && matches(identity, stat) ? stat : undefined;
}

function matches(identity: Identity | undefined, stat: ProcessStat): boolean {
  return identity !== undefined && (identity.startTime === 0 || identity.startTime === stat.startTime);
}

function isLiving(one: ProcessStat): boolean {
  return one.state !== 'Z' && one.state !== 'X';
}

function ownersIn(marks: Marks): NonNullable<ReturnType<typeof owners.get>> {
  const made = owners.get(marks);
  if (made) return made;
  const index = new Map<number, { readonly agent: string; readonly identity: Identity }>();
  for (const [agent, marked] of marks)
    for (const identity of marked) index.set(identity.pid, { agent, identity });
  owners.set(marks, index);
  return index;
}
