/**
 * Reads what `scripts/agent-hook.sh` left in `run/<agent>/hooks.d`, as soon as it is whole, and hands it to the hook
 * stream. A call is removed only once everything that followed from it is stored, and is known by its id until then:
 * whenever this daemon is killed, the next one loses none and takes none twice.
 */
import fs from 'node:fs';
import path from 'node:path';
import { runPaths, type HomePaths } from '../../config/paths.ts';
import { readHook, type ReadHook } from '../../agents/claude/hook-record.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { HookStream } from './hook-stream.ts';

export interface HookSpoolOptions {
  readonly registry: Registry;
  readonly paths: HomePaths;
  readonly stream: HookStream;
  readonly onError: (what: string, error: unknown) => void;
}

interface Call {
  readonly id: string;
  readonly file: string;
  readonly atMs: number;
}

/** A call cut off by the script, with its first and last line. */
const MAX_BYTES = 1_048_576 + 200;
/** A script that has not finished by now was killed. */
const OLD_MS = 30_000;
/** Finds what the kernel's notice did not tell of. */
const SWEEP_EVERY_MS = 2000;

export class HookSpool {
  readonly #options: HookSpoolOptions;
  readonly #watchers = new Map<string, fs.FSWatcher | null>();
  readonly #due = new Set<string>();
  /** Taken by this daemon, and not yet stored or removed. */
  readonly #pending = new Set<string>();
  #endSweeps = (): void => undefined;

  constructor(options: HookSpoolOptions) {
    this.#options = options;
  }

  /** Takes up what came while no daemon ran. Whoever wants to hear of it has subscribed before. */
  start(): void {
    for (const { spec } of this.#options.registry.all()) this.watch(spec.name);
    this.#endSweeps = this.#options.registry.clock.every(SWEEP_EVERY_MS, () => this.#sweep());
  }

  stop(): void {
    this.#endSweeps();
    for (const name of this.#watchers.keys()) this.forget(name);
  }

  /** From now on this agent's calls are read; nothing to do where it makes none. */
  watch(name: string): void {
    const folder = this.#folder(name);
    if (this.#watchers.has(name) || !fs.existsSync(folder)) return;
    this.#watchers.set(name, this.#open(name, folder));
    this.#soon(name);
  }

  forget(name: string): void {
    this.#watchers.get(name)?.close();
    this.#watchers.delete(name);
  }

  /** Null where the kernel gives no notice: then the sweep has to do. */
  #open(name: string, folder: string): fs.FSWatcher | null {
    try {
      const watcher = fs.watch(folder, () => this.#soon(name));
      watcher.on('error', (error) => {
        this.#options.onError(folder, error);
        watcher.close();
        this.#watchers.set(name, null);
      });
      return watcher;
    } catch (error) {
      this.#options.onError(folder, error);
      return null;
    }
  }

  #soon(name: string): void {
    if (this.#due.size === 0) setImmediate(() => this.#drainDue());
    this.#due.add(name);
  }

  #drainDue(): void {
    const names = [...this.#due];
    this.#due.clear();
    for (const name of names) if (this.#watchers.has(name)) this.#drain(name);
  }

  #sweep(): void {
    for (const name of this.#watchers.keys()) this.#drain(name);
  }

  #drain(name: string): void {
    const agent = this.#options.registry.find(name);
    if (!agent) return this.forget(name);
    try {
      this.#take(agent, this.#calls(name));
    } catch (error) {
      // A folder that was removed with its agent.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#options.onError(`${name}: hooks`, error);
    }
  }

  #take(agent: ManagedAgent, calls: readonly Call[]): void {
    const { registry, stream } = this.#options;
    const known = agent.record.hooksTaken ?? [];
    const taken: Call[] = [];
    for (const call of calls) {
      if (this.#pending.has(call.id)) continue;
      const hook = known.includes(call.id) ? 'garbage' : this.#read(call);
      if (hook === 'unfinished') continue;
      if (hook !== 'garbage') stream.publish(agent, hook);
      // The newest status line is worth as much as all before it: it is not worth a transaction.
      if (hook === 'garbage' || hook.event === 'StatusLine') remove(call);
      else taken.push(call);
    }
    if (taken.length === 0) return;
    for (const { id } of taken) this.#pending.add(id);
    registry.patch(agent, { hooksTaken: [...known.filter((id) => this.#pending.has(id)), ...taken.map(({ id }) => id)] });
    registry.afterStored(() => this.#removeTaken(agent, taken));
  }

  /** What is removed need not be remembered; that it was is stored with the next change. */
  #removeTaken(agent: ManagedAgent, taken: readonly Call[]): void {
    for (const call of taken) {
      remove(call);
      this.#pending.delete(call.id);
    }
    agent.record.hooksTaken = (agent.record.hooksTaken ?? []).filter((id) => this.#pending.has(id));
  }

  /** In the order in which they were made. */
  #calls(name: string): Call[] {
    const folder = this.#folder(name);
    const calls = fs.readdirSync(folder).map((id) => {
      const file = path.join(folder, id);
      return { id, file, atMs: fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
    });
    return calls.filter(({ atMs }) => atMs > 0).toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  }

  #read({ id, file, atMs }: Call): ReadHook {
    const content = readAtMost(file, MAX_BYTES);
    const isOld = this.#options.registry.clock.now().getTime() - atMs > OLD_MS;
    return readHook(id, content, new Date(atMs).toISOString(), isOld);
  }

  #folder(name: string): string {
    return runPaths(this.#options.paths, name).hooks;
  }
}

function readAtMost(file: string, bytes: number): string {
  const fd = fs.openSync(file, 'r');
  try {
    const size = Math.min(bytes, fs.fstatSync(fd).size);
    const buffer = Buffer.alloc(size);
    return buffer.toString('utf8', 0, fs.readSync(fd, buffer, 0, size, 0));
  } finally {
    fs.closeSync(fd);
  }
}

function remove({ file }: Call): void {
  fs.rmSync(file, { force: true });
}
