/**
 * All processes that belong to one agent, found anew as they fork and vanish: its root and group, what carries its
 * mark, and what descends from those; never what carries the mark of another agent. Ending them is tree-termination.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedFor } from './cached-for.ts';
import { livenessOf, type Identity, type Liveness } from './identity.ts';
import type { MarkedProcess } from './marks.ts';
import { readStat, scanProcesses, type ProcessStat } from './process-table.ts';
import { withDescendants } from './process-tree.ts';
import type { GroupLeader } from './signals.ts';

type Marks = ReadonlyMap<string, readonly MarkedProcess[]>;

interface Table {
  /** When reading it began: what was there by then is in it. */
  readonly beganMs: number;
  /** Undefined where the processes could not be read. */
  readonly all: readonly ProcessStat[] | undefined;
  readonly childrenOf: ReadonlyMap<number, readonly ProcessStat[]>;
}

/** Every agent that is being ended at the moment shares these readings. */
const readTable = cachedFor(5, (): Table => {
  const beganMs = performance.now();
  const all = scanProcesses();
  return { beganMs, all, childrenOf: Map.groupBy(all ?? [], (one) => one.ppid) };
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
  #known: ReadonlyMap<number, Identity> = new Map();
  #marks: Marks;
  /** Group and session together: while the session has members, nobody else's group can get this number. */
  #group: { readonly pgid: number; readonly session: number } | undefined;

  /** `readMarks` gives `findMarked(home)`, possibly some milliseconds old. */
  constructor(agent: string, root: GroupLeader | null, readMarks: () => Marks) {
    this.#agent = agent;
    this.#readMarks = readMarks;
    this.#marks = readMarks();
    if (root === null) return;
    this.#known = new Map([[root.pid, root]]);
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

  /** Its living processes: those known before are looked at now, others are as of the last readings. */
  find(): Member[] {
    this.#marks = this.#readMarks();
    const mine = new Map(this.#findIn(readTable()).map((one) => [one.pid, one]));
    for (const one of [...this.#known.values(), ...this.marked()]) {
      const left = mine.has(one.pid) ? undefined : leftOf(one);
      if (left) mine.set(one.pid, left);
    }
    this.#known = mine;
    return [...mine.values()];
  }

  /** Its living processes by readings that began after this call. */
  async findAfresh(): Promise<Member[]> {
    const nowMs = performance.now();
    const marks = this.#readMarks();
    while (this.#readMarks() === marks && performance.now() < nowMs + FRESH_WAIT_MS) await sleep(2);
    while (readTable().beganMs < nowMs) await sleep(1);
    return this.find();
  }

  /** True where the group also holds a process of another agent: then it must not be signalled as a whole. */
  hasStrangersInGroup(): boolean {
    return [...this.#marks].some(
      ([agent, marked]) => agent !== this.#agent && marked.some((one) => one.pgid === this.#group?.pgid),
    );
  }

  #findIn({ all = [], childrenOf }: Table): Member[] {
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

/** The process as it is now, unless it is known to have ended. */
function leftOf(identity: Identity): Member | undefined {
  const stat = readStat(identity.pid);
  if (stat === 'unknown') return { ...identity, pgid: 0 };
  if (stat === 'gone' || !matches(identity, stat) || !isLiving(stat)) return undefined;
  return { pid: stat.pid, startTime: stat.startTime, pgid: stat.pgid };
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
