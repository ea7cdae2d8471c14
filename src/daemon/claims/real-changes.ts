/** Which of the paths that a watch named are changes of files: folders, what git ignores and what came and went again are none. */
import fs from 'node:fs';
import path from 'node:path';
import { tryGit } from '../../worktrees/git-text.ts';

/** @param files absolute, below `folder` */
export async function realChanges(folder: string, files: readonly string[]): Promise<string[]> {
  const stats = new Map(files.map((file) => [file, fs.lstatSync(file, { throwIfNoEntry: false })]));
  const isThere = (file: string): boolean => stats.get(file)?.isDirectory() === false;
  const ignored = await named(folder, files.filter(isThere), ['check-ignore', '--stdin', '-z']);
  const gone = files.filter((file) => stats.get(file) === undefined);
  // Without git nobody knows whether it had been there before.
  const tracked = gone.length === 0 ? new Set<string>() : await named(folder, [], ['--literal-pathspecs', 'ls-files', '-z', '--', ...gone]);
  return files.filter((file) => (isThere(file) ? !ignored.has(file) : tracked.has(file)));
}

/** The paths that git prints. None where the folder is in no repository. */
async function named(folder: string, files: readonly string[], args: readonly string[]): Promise<Set<string>> {
  const { status, stdout } = await tryGit(folder, args, { input: files.map((file) => `${path.relative(folder, file)}\0`).join('') });
  if (status !== 0) return new Set();
  return new Set(stdout.split('\0').filter((name) => name !== '').map((name) => path.join(folder, name)));
}
