/**
 * Worktrees of agents: made before an agent starts, made again when they were deleted, removed with it, never without
 * saving what is in no other place. How that is done with git is src/worktrees/; this knows agents and interruptions.
 */
import fs from 'node:fs';
import path from 'node:path';
import { logPath, type HomePaths } from '../../config/paths.ts';
import type { AgentSpec } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import { mapAtMost } from '../../core/map-at-most.ts';
import type { WorktreePlace, WorktreeRemoval, WorktreeWish } from '../../core/worktree.ts';
import { makeWorktree, makingIntentOf, undoMaking, type MakeRequest, type MakingIntent } from '../../worktrees/make.ts';
import { markWorktree, type Marked } from '../../worktrees/marker.ts';
import { planWorktree } from '../../worktrees/plan.ts';
import { isWorktreeThere, remakeWorktree } from '../../worktrees/remake.ts';
import { removeWorktree, wouldRemove } from '../../worktrees/remove.ts';
import { commitOf, openRepository } from '../../worktrees/repository.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { Intents } from './intents.ts';

export interface WorktreesOptions {
  readonly registry: Registry;
  readonly paths: HomePaths;
  readonly intents: Intents;
  /** Worktrees of agents lie in it, each by the agent's name. */
  readonly folder: string;
}

export interface Placed {
  readonly specs: readonly AgentSpec[];
  /** The agents are stored: what was made stays, whatever happens. */
  keep(): void;
}

/** Checkouts and set-up commands of one request under way at a time. */
const AT_ONCE = 4;

export class Worktrees {
  readonly #options: WorktreesOptions;
  /** Branches that are being given out, so that two requests at a time cannot have one. */
  readonly #promised = new Map<string, string>();
  readonly #making = new Set<string>();
  #lastRemoval: Promise<unknown> = Promise.resolve();

  constructor(options: WorktreesOptions) {
    this.#options = options;
  }

  get folder(): string {
    return this.#options.folder;
  }

  /**
   * Makes the worktrees that these agents want, and gives their specifications with the folder in it: all, or none.
   * @throws MuxwardError with nothing left behind.
   */
  async place(specs: readonly AgentSpec[]): Promise<Placed> {
    const made: MakingIntent[] = [];
    try {
      const placed = await mapAtMost(AT_ONCE, specs, (spec) => this.#placeOne(spec, (intent) => made.push(intent)));
      return { specs: placed, keep: () => made.forEach(({ agent }) => this.#options.intents.done(agent)) };
    } catch (error) {
      for (const intent of made) await this.#undo(intent);
      throw error;
    }
  }

  async #placeOne(spec: AgentSpec, onMade: (intent: MakingIntent) => void): Promise<AgentSpec> {
    const { registry } = this.#options;
    if (spec.worktree === undefined) {
      const known = registry.find(spec.name);
      if (known?.spec.place) await this.remove(known);
      return spec;
    }
    const known = await this.#reuse(spec, spec.worktree);
    if (known !== undefined) return placedIn(spec, known);
    const { place, intent } = await this.#make(spec, spec.worktree);
    onMade(intent);
    registry.emit('worktree.made', spec.name, { path: place.path, branch: place.branch });
    return placedIn(spec, place);
  }

  async #undo(intent: MakingIntent): Promise<void> {
    await undoMaking(intent);
    this.#options.intents.done(intent.agent);
  }

  /** Has this request anything to do with worktrees? Most have not, and shall not wait. */
  concerns(specs: readonly AgentSpec[]): boolean {
    return specs.some(({ name, worktree }) => worktree !== undefined || this.#options.registry.find(name)?.spec.place !== undefined);
  }

  /** The worktree that an agent of this name has already, where it is what is asked for; another is removed. */
  async #reuse(spec: AgentSpec, wish: WorktreeWish): Promise<WorktreePlace | undefined> {
    const known = this.#options.registry.find(spec.name);
    const place = known?.spec.place;
    if (known === undefined || place === undefined) return undefined;
    const { commonDir } = await openRepository(spec.cwd);
    const isSame = commonDir === place.repository && (wish.branch ?? `muxward/${spec.name}`) === place.branch && (wish.base ?? place.base) === place.base;
    if (!isSame) {
      await this.remove(known);
      return undefined;
    }
    if (isWorktreeThere(place)) return place;
    const again = await this.#remake(spec, place);
    this.#options.intents.done(spec.name);
    return again;
  }

  async #make(spec: AgentSpec, wish: WorktreeWish): Promise<{ place: WorktreePlace; intent: MakingIntent }> {
    const repository = await openRepository(spec.cwd);
    const branch = wish.branch ?? `muxward/${spec.name}`;
    const key = `${repository.commonDir}\0${branch}`;
    const release = this.#hold(spec.name);
    const holder = this.#promised.get(key) ?? this.#holderOf(spec.name, repository.commonDir, branch);
    if (holder === undefined) this.#promised.set(key, spec.name);
    try {
      fs.mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
      const target = path.join(fs.realpathSync(this.#options.folder), spec.name);
      const plan = await planWorktree({ agent: spec.name, cwd: spec.cwd, wish, path: target, holderOf: () => holder }, repository);
      const place = await makeWorktree({ ...this.#request(spec, wish), plan });
      await markWorktree({ agent: spec.name, place });
      return { place, intent: makingIntentOf(plan) };
    } catch (error) {
      this.#options.intents.done(spec.name);
      throw error;
    } finally {
      if (holder === undefined) this.#promised.delete(key);
      release();
    }
  }

  /** One at a time for an agent: what another takes back would be this one's. @throws MuxwardError `conflict` */
  #hold(agent: string): () => void {
    if (this.#making.has(agent)) throw new MuxwardError('conflict', `${agent}: its worktree is being made at this moment`, { hint: 'wait until the other start is over' });
    this.#making.add(agent);
    return () => void this.#making.delete(agent);
  }

  #holderOf(asker: string, commonDir: string, branch: string): string | undefined {
    const others = this.#options.registry.all().filter(({ spec }) => spec.name !== asker);
    return others.find(({ spec: { place } }) => place?.repository === commonDir && place.branch === branch && isWorktreeThere(place))?.spec.name;
  }

  #request(spec: AgentSpec, wish: WorktreeWish): Omit<MakeRequest, 'plan'> {
    const { paths, intents } = this.#options;
    return { wish, env: spec.env, umask: spec.umask, log: logPath(paths, spec.name), note: intents.note };
  }

  /** Before a start: the worktree is there again. @returns what was done, in words; null where nothing had to be. */
  async ensure(agent: ManagedAgent): Promise<string | null> {
    const { spec } = agent;
    const { place } = spec;
    if (place === undefined || isWorktreeThere(place)) return null;
    const again = await this.#remake(spec, place);
    this.#options.registry.respecify(agent, placedIn(spec, again));
    this.#options.registry.flush();
    this.#options.intents.done(spec.name);
    return `its worktree was gone and is made again from ${place.branch}`;
  }

  async #remake(spec: AgentSpec, place: WorktreePlace): Promise<WorktreePlace> {
    const release = this.#hold(spec.name);
    const wish = spec.worktree ?? { branch: place.branch, base: place.base, copy: [], link: [], setup: [] };
    try {
      const again = await remakeWorktree(spec.name, place, this.#request(spec, wish));
      await markWorktree({ agent: spec.name, place: again });
      return again;
    } catch (error) {
      this.#options.intents.done(spec.name);
      throw error;
    } finally {
      release();
    }
  }

  /** Saves and removes an agent's worktree; null where it has none. @throws MuxwardError `refused`, with nothing removed. */
  async remove(agent: ManagedAgent): Promise<WorktreeRemoval | null> {
    const { name, place } = agent.spec;
    if (place === undefined) return null;
    const tip = fs.existsSync(place.repository) ? await commitOf(place.repository, `refs/heads/${place.branch}`) : null;
    this.#options.registry.respecify(agent, { ...agent.spec, place: { ...place, lastCommit: tip ?? place.lastCommit } });
    return await this.#remove(name, place);
  }

  /** One whose agent is not known any more. */
  async removeForgotten({ agent, place }: Marked): Promise<WorktreeRemoval> {
    return await this.#remove(agent, place);
  }

  /** Is a worktree being made for this agent, or removed? */
  isBusy(agent: string): boolean {
    return this.#options.intents.has(agent);
  }

  /** One after the other: git locks its list of refs. */
  async #remove(agent: string, place: WorktreePlace): Promise<WorktreeRemoval> {
    const { registry, intents } = this.#options;
    const turn = this.#lastRemoval.then(() => removeWorktree({ agent, place, now: registry.clock.now(), note: intents.note }));
    this.#lastRemoval = turn.catch(() => undefined);
    const removal = await turn;
    intents.done(agent);
    registry.emit('worktree.removed', agent, { path: place.path, branch: place.branch, saved: removal.saved });
    return removal;
  }

  async wouldRemove({ spec }: ManagedAgent): Promise<WorktreeRemoval> {
    return await wouldRemove(spec.name, placeOf(spec));
  }
}

/** @throws MuxwardError `not-found` for an agent without a worktree. */
export function placeOf({ name, place }: AgentSpec): WorktreePlace {
  if (place !== undefined) return place;
  throw new MuxwardError('not-found', `${name} has no worktree of its own`, { hint: `muxward worktree list shows who has; give one: muxward spawn ${name} --worktree` });
}

function placedIn(spec: AgentSpec, place: WorktreePlace): AgentSpec {
  return { ...spec, cwd: path.join(place.path, place.subfolder), place };
}
