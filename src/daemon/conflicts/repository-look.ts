/** One look at all worktrees: which of them cannot be merged with each other or with their base. What was merged before is remembered. */
import { overlaps, type SeenConflict } from '../../core/conflict.ts';
import type { WorktreePlace } from '../../core/worktree.ts';
import { conflictsBetween, movedBase, type WorkState } from '../../worktrees/work-state.ts';

export interface Participant {
  readonly name: string;
  readonly place: WorktreePlace;
  readonly state: WorkState;
}

/** Merges remembered: enough for 40 agents in one repository. */
const REMEMBERED = 2000;

export class RepositoryLook {
  readonly #objectsOf: (repository: string) => Record<string, string>;
  readonly #merged = new Map<string, readonly string[]>();

  constructor(objectsOf: (repository: string) => Record<string, string>) {
    this.#objectsOf = objectsOf;
  }

  async at(participants: readonly Participant[]): Promise<SeenConflict[]> {
    const seen: SeenConflict[] = [];
    for (const [repository, own] of Map.groupBy(participants, ({ place }) => place.repository)) {
      seen.push(...(await this.#pairs(repository, own)), ...(await this.#bases(repository, own)));
    }
    return seen;
  }

  async #pairs(repository: string, own: readonly Participant[]): Promise<SeenConflict[]> {
    const states = new Map(own.map(({ name, state }) => [name, state]));
    const seen: SeenConflict[] = [];
    for (const { agents, files } of overlaps(new Map(own.map(({ name, state }) => [name, state.files])))) {
      const [one, other] = agents.map((name) => states.get(name)?.commit ?? '');
      const lines = await this.#merge(repository, one ?? '', other ?? '');
      const rest = files.filter((file) => !lines.includes(file));
      if (lines.length > 0) seen.push({ kind: 'lines', agents, base: null, files: lines });
      else if (rest.length > 0 && one !== other) seen.push({ kind: 'file', agents, base: null, files: rest });
    }
    return seen;
  }

  async #bases(repository: string, own: readonly Participant[]): Promise<SeenConflict[]> {
    const seen: SeenConflict[] = [];
    for (const { name, place, state } of own) {
      const tip = state.files.size === 0 ? null : await movedBase(place);
      const files = tip === null ? [] : await this.#merge(repository, state.commit, tip);
      if (files.length > 0) seen.push({ kind: 'base', agents: [name], base: place.base, files });
    }
    return seen;
  }

  async #merge(repository: string, one: string, other: string): Promise<readonly string[]> {
    const key = [one, other].join(' ');
    const known = this.#merged.get(key);
    if (known !== undefined) return known;
    const files = await conflictsBetween(repository, [one, other], this.#objectsOf(repository));
    if (this.#merged.size >= REMEMBERED) this.#merged.clear();
    this.#merged.set(key, files);
    return files;
  }
}
