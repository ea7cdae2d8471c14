/**
 * Looks after claims: a folder is watched while a running agent claims something in it and another works there too, and
 * a change under a claim that its claimant did not make is told. What follows from what is known is core/claim.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { breakerOf, checkClaims, covers, doingOf, doingWithin, isShared, parsePattern, type BrokenClaim, type Claim, type Claimant, type ClaimRequest, type Doing } from '../../core/claim.ts';
import type { AgentSpec } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import { isLive, isRunning } from '../../core/state.ts';
import { watchFolder, type FolderWatch } from '../conflicts/folder-watch.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import { realChanges } from './real-changes.ts';

export interface ClaimsOptions {
  readonly registry: Registry;
  readonly onError: (what: string, error: unknown) => void;
}

interface Watched {
  readonly folder: string;
  watch: FolderWatch | null;
  /** Changed files, and what each agent did when that was seen. */
  changes: Map<string, ReadonlyMap<string, Doing>>;
}

/** What is written in one go is looked at once, and hooks have time to arrive. */
const SETTLE_MS = 700;
/** The same path is told again after this at the earliest. */
const AGAIN_AFTER_MS = 300_000;
const BROKEN_KEPT = 20;

export class Claims {
  readonly #options: ClaimsOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #broken = new Map<string, BrokenClaim[]>();
  /** By claimant and path: when it was told. */
  readonly #told = new Map<string, number>();
  /** Folders of agents by the name that they were given. */
  readonly #folders = new Map<string, string>();
  #cancelLook: (() => void) | null = null;
  #stopped = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Agents came, went or claim something else: watches follow. */
  readonly follow = (): void => {
    if (this.#stopped) return;
    this.#folders.clear();
    const claimants = this.#options.registry.all().filter(({ spec, record }) => hasClaims(spec) && isLive(record.state));
    const wanted = new Map(claimants.filter((agent) => this.#sharersOf(agent).length > 0).map(({ spec }) => [spec.name, this.#folderOf(spec)]));
    for (const [name, watched] of this.#watched) if (wanted.get(name) !== watched.folder) this.#forget(name, watched);
    for (const [name, folder] of wanted) if (!this.#watched.has(name)) this.#startWatch(name, folder);
    for (const name of this.#broken.keys()) if (this.#options.registry.find(name) === undefined) this.#broken.delete(name);
  };

  /** @throws MuxwardError `conflict` where another agent claims it, `not-found` for one to drop that is none. */
  change(name: string, { patterns: written, drop }: ClaimRequest): Claim {
    const { registry } = this.#options;
    const agent = registry.get(name);
    const patterns = written.map(parsePattern);
    const had = agent.spec.claims ?? [];
    const missing = drop ? patterns.find((pattern) => !had.includes(pattern)) : undefined;
    if (missing !== undefined) throw new MuxwardError('not-found', `${agent.spec.name} does not claim ${printable(missing)}`, { hint: had.length === 0 ? 'it claims nothing' : `it claims ${printable(had.join(' '))}` });
    const left = patterns.length === 0 ? [] : had.filter((pattern) => !patterns.includes(pattern));
    const claims = drop ? left : [...new Set([...had, ...patterns])];
    const { claims: _old, ...rest } = agent.spec;
    const spec = claims.length === 0 ? rest : { ...rest, claims };
    this.check([spec]);
    registry.respecify(agent, spec);
    registry.flush();
    this.follow();
    return this.#show(agent);
  }

  /** Before agents are defined so. @throws MuxwardError `conflict` */
  check(specs: readonly AgentSpec[]): void {
    if (!specs.some(hasClaims)) return;
    const replaced = new Set(specs.map(({ name }) => name));
    const known = this.#options.registry.all().filter(({ spec }) => hasClaims(spec) && !replaced.has(spec.name)).map(({ spec }) => this.#claimantOf(spec));
    for (const spec of specs.filter(hasClaims)) {
      // Its worktree is yet to be made, and is nobody else's folder.
      if (spec.worktree !== undefined && spec.place === undefined) continue;
      const claimant = this.#claimantOf(spec);
      checkClaims(claimant, known);
      known.push(claimant);
    }
  }

  all(): readonly Claim[] {
    return this.#options.registry.all().filter(({ spec }) => hasClaims(spec)).map((agent) => this.#show(agent));
  }

  #show(agent: ManagedAgent): Claim {
    const { name, claims = [] } = agent.spec;
    const isWatched = this.#watched.get(name)?.watch?.how === 'events';
    return {
      agent: name,
      folder: this.#folderOf(agent.spec),
      patterns: claims,
      sharedWith: this.#sharersOf(agent).map(({ spec }) => spec.name),
      watched: isWatched ? 'events' : 'none',
      broken: this.#broken.get(name) ?? [],
    };
  }

  #sharersOf({ spec: own }: ManagedAgent): ManagedAgent[] {
    const folder = this.#folderOf(own);
    return this.#options.registry.all().filter(({ spec, record }) => spec.name !== own.name && isLive(record.state) && isShared(folder, this.#folderOf(spec)));
  }

  #startWatch(name: string, folder: string): void {
    const watched: Watched = { folder, watch: null, changes: new Map() };
    this.#watched.set(name, watched);
    const onChange = (file: string | null): void => {
      if (file !== null) this.#changed(name, watched, file);
    };
    const onFallback = (why: string): void => this.#options.onError(`what ${name} claims in ${folder} is not watched`, why);
    watchFolder({ folder, onChange, onFallback })
      .then((watch) => {
        if (this.#watched.get(name) === watched) watched.watch = watch;
        else watch.stop();
      })
      .catch((error: unknown) => this.#options.onError(`watching what ${name} claims`, error));
  }

  #changed(name: string, watched: Watched, file: string): void {
    const claims = this.#options.registry.find(name)?.spec.claims ?? [];
    if (this.#stopped || watched.changes.has(file) || !claims.some((pattern) => covers(watched.folder, pattern, file))) return;
    watched.changes.set(file, this.#doings(name));
    this.#cancelLook ??= this.#options.registry.clock.after(SETTLE_MS, () => {
      this.#cancelLook = null;
      void this.#lookNow().catch((error: unknown) => this.#options.onError('claims', error));
    });
  }

  /** Of the claimant and of all that share its folder. */
  #doings(claimant: string): ReadonlyMap<string, Doing> {
    const agent = this.#options.registry.find(claimant);
    const nowMs = this.#options.registry.clock.now().getTime();
    const concerned = agent === undefined ? [] : [agent, ...this.#sharersOf(agent)];
    return new Map(
      concerned.map(({ spec, record, activity }) => [spec.name, doingOf({ isPaused: record.state === 'paused', isRunning: isRunning(record.state), activity }, nowMs)]),
    );
  }

  async #lookNow(): Promise<void> {
    for (const [name, watched] of this.#watched) {
      if (watched.changes.size === 0) continue;
      const { changes } = watched;
      watched.changes = new Map();
      const after = this.#doings(name);
      const real = await realChanges(watched.folder, [...changes.keys()]);
      for (const file of real) this.#judge(name, path.relative(watched.folder, file), changes.get(file) ?? after, after);
    }
  }

  #judge(claimant: string, file: string, before: ReadonlyMap<string, Doing>, after: ReadonlyMap<string, Doing>): void {
    const { registry } = this.#options;
    const within = (name: string): Doing => doingWithin(before.get(name) ?? 'unknown', after.get(name) ?? 'unknown');
    const others = [...new Set([...before.keys(), ...after.keys()])].filter((name) => name !== claimant);
    const by = breakerOf(within(claimant), new Map(others.map((name) => [name, within(name)])));
    if (this.#stopped || by === undefined || registry.find(claimant) === undefined || !this.#isNews(`${claimant}\0${file}`)) return;
    const broken = { path: file, by, at: registry.clock.now().toISOString() };
    this.#broken.set(claimant, [broken, ...(this.#broken.get(claimant) ?? [])].slice(0, BROKEN_KEPT));
    registry.emit('claim.broken', claimant, { path: file, claimant, by });
  }

  #isNews(key: string): boolean {
    const nowMs = this.#options.registry.clock.monotonicMs();
    for (const [told, atMs] of this.#told) if (nowMs - atMs >= AGAIN_AFTER_MS) this.#told.delete(told);
    if (this.#told.has(key)) return false;
    this.#told.set(key, nowMs);
    return true;
  }

  #claimantOf(spec: AgentSpec): Claimant {
    return { agent: spec.name, folder: this.#folderOf(spec), patterns: spec.claims ?? [] };
  }

  /** Two names of one folder are one folder. */
  #folderOf({ cwd }: AgentSpec): string {
    const folder = this.#folders.get(cwd) ?? resolved(cwd);
    this.#folders.set(cwd, folder);
    return folder;
  }

  #forget(name: string, watched: Watched): void {
    watched.watch?.stop();
    this.#watched.delete(name);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
    for (const { watch } of this.#watched.values()) watch?.stop();
  }
}

function hasClaims({ claims = [] }: AgentSpec): boolean {
  return claims.length > 0;
}

function resolved(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch {
    return folder;
  }
}
