/**
 * Tells when something in a folder changed, and what: by chokidar on its folders (not its files: the system tells of those
 * through them), without what git ignores. Where watches run out, or there are too many folders, it looks every so often.
 */
import path from 'node:path';
import type { FSWatcher } from 'chokidar';
import { tryGit } from '../../worktrees/git-text.ts';

export interface FolderWatch {
  readonly how: 'events' | 'polling';
  stop(): void;
}

export interface FolderWatchOptions {
  readonly folder: string;
  /** What changed, absolute; null where that is not known. */
  readonly onChange: (file: string | null) => void;
  /** Watches ran out: told once. */
  readonly onFallback: (why: string) => void;
}

/** More folders than this are not watched one by one. */
const MAX_FOLDERS = 4000;
const POLL_EVERY_MS = 15_000;

/** Never looked into, wherever they are: what git ignores by name is found out below. */
const NEVER = new Set(['.git', 'node_modules']);

export async function watchFolder(options: FolderWatchOptions): Promise<FolderWatch> {
  const { folder } = options;
  const ignored = await ignoredFolders(folder);
  const folders = await countFolders(folder);
  if (folders > MAX_FOLDERS) return poll(options, `${folders} folders`);
  const { watch } = await import('chokidar');
  const watcher = watch(folder, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (each, stats) => (stats !== undefined && !stats.isDirectory()) || NEVER.has(path.basename(each)) || ignored.has(each),
  });
  return new ByEvents(watcher, options);
}

class ByEvents implements FolderWatch {
  readonly #watcher: FSWatcher;
  #fallback: FolderWatch | null = null;
  #stopped = false;

  constructor(watcher: FSWatcher, options: FolderWatchOptions) {
    this.#watcher = watcher;
    watcher.on('raw', (_event, name, details: unknown) => {
      if (name === null || !NEVER.has(path.basename(name))) options.onChange(fileOf(name, details));
    });
    watcher.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EMFILE') return;
      void watcher.close();
      if (!this.#stopped) this.#fallback ??= poll(options, code);
    });
  }

  get how(): FolderWatch['how'] {
    return this.#fallback === null ? 'events' : 'polling';
  }

  stop(): void {
    this.#stopped = true;
    this.#fallback?.stop();
    void this.#watcher.close();
  }
}

/** chokidar names what changed from the folder that it watched. */
function fileOf(name: string | null, details: unknown): string | null {
  const { watchedPath } = (details ?? {}) as { readonly watchedPath?: string };
  return name === null || watchedPath === undefined ? null : path.join(watchedPath, name);
}

function poll({ onChange, onFallback }: FolderWatchOptions, why: string): FolderWatch {
  onFallback(why);
  const timer = setInterval(() => onChange(null), POLL_EVERY_MS);
  return { how: 'polling', stop: () => clearInterval(timer) };
}

async function ignoredFolders(folder: string): Promise<Set<string>> {
  const { stdout } = await tryGit(folder, ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']);
  return new Set(stdout.split('\0').filter((name) => name.endsWith('/')).map((name) => path.join(folder, name.slice(0, -1))));
}

async function countFolders(folder: string): Promise<number> {
  const { stdout } = await tryGit(folder, ['ls-tree', '-r', '-d', '--name-only', '-z', 'HEAD']);
  return stdout.split('\0').length;
}
