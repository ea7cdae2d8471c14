/**
 * Conflicts between agents' worktrees, live: who changed which file is known from watches, and a change makes one look
 * at the worktrees of that repository. Nothing is done while nothing changes. What a look means is core/conflict.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { newId } from '../new-id.ts';
import type { HomePaths } from '../../config/paths.ts';
import { compareConflicts, type Conflict, type ConflictsReply } from '../../core/conflict.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isLive, isRunning } from '../../core/state.ts';
import { isWorktreeThere } from '../../worktrees/remake.ts';
import { privateObjects, workState, type WorkState } from '../../worktrees/work-state.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import { watchFolder, type FolderWatch } from './folder-watch.ts';
import { RepositoryLook, type Participant } from './repository-look.ts';

export interface ConflictsOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly paths: HomePaths;
  /** `pause`: the agent that changed its files later is paused. */
  readonly mode: 'report' | 'pause' | 'off';
  readonly onError: (what: string, error: unknown) => void;
}

interface Watched {
  readonly path: string;
  watch: FolderWatch | null;
  state: WorkState | null;
  /** Changed since it was last looked at. */
  dirty: boolean;
  changedAtMs: number;
  at: string | null;
}

/** What an editor or a checkout writes in one go is looked at once. */
const SETTLE_MS = 700;
/** Branches move without a file of a worktree changing: they are asked for this often, and only while agents run. */
const BASES_EVERY_MS = 30_000;
const LOOKS_KEPT = 500;

export class Conflicts {
  readonly #options: ConflictsOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #look: RepositoryLook;
  readonly #objects: string;
  #conflicts: readonly Conflict[] = [];
  #cancelLook: (() => void) | null = null;
  #cancelBases: (() => void) | null = null;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;
  #looks = 0;

  constructor(options: ConflictsOptions) {
    this.#options = options;
    this.#objects = path.join(options.paths.run, '.conflicts');
    // Of an earlier daemon: nobody refers to them.
    fs.rmSync(this.#objects, { recursive: true, force: true });
    this.#look = new RepositoryLook((repository) => this.objectsOf(repository));
  }

  /** Objects of looks at this repository, apart from its own. */
  objectsOf(repository: string): Record<string, string> {
    return privateObjects(path.join(this.#objects, Buffer.from(repository).toString('base64url').slice(-120)), repository);
  }

  /** Agents came, went, started or ended: watches follow. Cheap, and called after each such event. */
  readonly follow = (): void => {
    if (this.#stopped || this.#options.mode === 'off') return;
    const placed = this.#options.registry.all().filter(({ spec }) => spec.place !== undefined);
    if (placed.length === 0 && this.#watched.size === 0) return;
    const names = new Set(placed.map(({ spec }) => spec.name));
    for (const name of this.#watched.keys()) if (!names.has(name)) this.#forget(name);
    for (const agent of placed) this.#followOne(agent);
  };

  #followOne({ spec, record }: ManagedAgent): void {
    const { place, name } = spec;
    if (place === undefined) return;
    if (this.#watched.has(name) && this.#watched.get(name)?.path !== place.path) this.#forget(name);
    const known = this.#watched.get(name);
    const watched = known ?? { path: place.path, watch: null, state: null, dirty: true, changedAtMs: 0, at: null };
    this.#watched.set(name, watched);
    if (known === undefined) this.#soon();
    if (isLive(record.state) && watched.watch === null && isWorktreeThere(place)) this.#startWatch(name, watched);
    if (!isLive(record.state) && watched.watch !== null) {
      watched.watch.stop();
      watched.watch = null;
      this.#changed(watched);
    }
  }

  #startWatch(name: string, watched: Watched): void {
    const pending: FolderWatch = { how: 'events', stop: () => undefined };
    watched.watch = pending;
    const onChange = (): void => this.#changed(watched);
    const onFallback = (why: string): void => this.#options.onError(`${name}: its worktree is looked at every 15 s instead of watched`, why);
    watchFolder({ folder: watched.path, onChange, onFallback })
      .then((watch) => {
        if (watched.watch === pending) watched.watch = watch;
        else watch.stop();
        onChange();
      })
      .catch((error: unknown) => this.#options.onError(`watching the worktree of ${name}`, error));
    this.#cancelBases ??= this.#options.registry.clock.after(BASES_EVERY_MS, () => this.#lookAtBases());
  }

  #lookAtBases(): void {
    this.#cancelBases = null;
    if ([...this.#watched.values()].every(({ watch }) => watch === null)) return;
    this.#soon();
    this.#cancelBases = this.#options.registry.clock.after(BASES_EVERY_MS, () => this.#lookAtBases());
  }

  #changed(watched: Watched): void {
    watched.dirty = true;
    watched.changedAtMs = this.#options.registry.clock.monotonicMs();
    this.#soon();
  }

  #soon(): void {
    if (this.#stopped) return;
    this.#cancelLook ??= this.#options.registry.clock.after(SETTLE_MS, () => {
      this.#cancelLook = null;
      this.#looking = this.#looking.then(() => this.#lookNow()).catch((error: unknown) => this.#options.onError('conflicts', error));
    });
  }

  /** For who asks: as things stand now. */
  async fresh(): Promise<readonly Conflict[]> {
    if (this.#options.mode === 'off') throw new MuxwardError('failed', 'conflicts are not looked for', { hint: 'take "conflicts: off" out of config.yaml, then muxward daemon stop' });
    this.follow();
    for (const watched of this.#watched.values()) watched.dirty = true;
    const look = this.#looking.then(() => this.#lookNow());
    this.#looking = look.catch(() => undefined);
    await look;
    return this.#conflicts;
  }

  async #lookNow(): Promise<void> {
    if (this.#stopped) return;
    this.#bound();
    const { registry } = this.#options;
    const participants: Participant[] = [];
    for (const [name, watched] of this.#watched) {
      const place = registry.find(name)?.spec.place;
      if (place === undefined || !isWorktreeThere(place)) continue;
      if (watched.dirty || watched.state === null) await this.#refresh(name, watched);
      if (watched.state !== null) participants.push({ name, place, state: watched.state });
    }
    const seen = await this.#look.at(participants);
    if (this.#stopped) return;
    const news = compareConflicts(this.#conflicts, seen, registry.clock.now().toISOString(), () => newId('cf'));
    this.#conflicts = news.conflicts;
    for (const conflict of news.resolved) this.#resolved(conflict);
    for (const conflict of news.found) this.#found(conflict);
  }

  /** Objects of old looks go now and then, and all is looked at anew. */
  #bound(): void {
    this.#looks += 1;
    if (this.#looks % LOOKS_KEPT !== 0) return;
    fs.rmSync(this.#objects, { recursive: true, force: true });
    for (const watched of this.#watched.values()) watched.dirty = true;
  }

  async #refresh(name: string, watched: Watched): Promise<void> {
    const place = this.#options.registry.find(name)?.spec.place;
    if (place === undefined) return;
    watched.dirty = false;
    watched.state = await workState(place, this.objectsOf(place.repository)).catch((error: unknown) => {
      // Half a checkout, or a git at work in it: it is looked at again with the next change.
      this.#options.onError(`a look at the worktree of ${name}`, error);
      return watched.state;
    });
    watched.at = this.#options.registry.clock.now().toISOString();
  }

  #found(conflict: Conflict): void {
    const { id, kind, agents, files } = conflict;
    this.#options.registry.emit('conflict.found', agents[0] ?? null, { id, kind, agents, files: files.slice(0, 20) });
    if (this.#options.mode !== 'pause' || kind !== 'lines') return;
    const changedAt = (name: string): number => this.#watched.get(name)?.changedAtMs ?? 0;
    const [later] = agents.toSorted((one, other) => changedAt(other) - changedAt(one));
    const agent = later === undefined ? undefined : this.#options.registry.find(later);
    if (agent === undefined || !isRunning(agent.record.state) || agent.record.state === 'paused') return;
    const other = agents.find((name) => name !== later) ?? '';
    this.update(id, { paused: agent.spec.name });
    void this.#pause(agent, id, `paused: it and ${other} change the same lines (muxward conflicts show ${id})`);
  }

  /** It may be resolved before the agent stands still. */
  async #pause(agent: ManagedAgent, id: string, reason: string): Promise<void> {
    await this.#options.lifecycle.halts.pause(agent, reason);
    const isOver = this.#conflicts.every((each) => each.id !== id);
    if (isOver && agent.record.state === 'paused' && agent.record.reason === reason) this.#options.lifecycle.halts.resume(agent, 'resumed: the conflict is resolved');
  }

  #resolved(conflict: Conflict): void {
    const { id, kind, agents } = conflict;
    this.#options.registry.emit('conflict.resolved', agents[0] ?? null, { id, kind, agents });
    const paused = conflict.paused === null ? undefined : this.#options.registry.find(conflict.paused);
    const isHeld = this.#conflicts.some((each) => each.paused === conflict.paused);
    if (paused?.record.state === 'paused' && paused.record.reason.includes(id) && !isHeld) this.#options.lifecycle.halts.resume(paused, 'resumed: the conflict is resolved');
  }

  /** @throws MuxwardError `not-found` */
  get(id: string): Conflict {
    const found = this.#conflicts.find((conflict) => conflict.id === id);
    if (found) return found;
    throw new MuxwardError('not-found', `no conflict ${id}`, { hint: 'muxward conflicts shows which there are' });
  }

  update(id: string, values: Partial<Pick<Conflict, 'paused' | 'resolvedBy'>>): Conflict {
    this.#conflicts = this.#conflicts.map((each) => (each.id === id ? { ...each, ...values } : each));
    return this.get(id);
  }

  /** What the agent's worktree holds, as a commit in our own objects. @throws MuxwardError */
  stateOf(agent: string): WorkState {
    const state = this.#watched.get(agent)?.state;
    if (state) return state;
    throw new MuxwardError('failed', `the worktree of ${agent} could not be looked at`, { hint: `muxward worktree list ${agent} tells why` });
  }

  worktrees(): ConflictsReply['worktrees'] {
    return [...this.#watched].map(([agent, { path: folder, state, watch, at }]) => ({
      agent,
      path: folder,
      files: [...(state?.files ?? [])].toSorted(),
      watched: watch?.how ?? 'none',
      at,
    }));
  }

  #forget(name: string): void {
    this.#watched.get(name)?.watch?.stop();
    this.#watched.delete(name);
    this.#soon();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
    this.#cancelBases?.();
    for (const { watch } of this.#watched.values()) watch?.stop();
  }
}
