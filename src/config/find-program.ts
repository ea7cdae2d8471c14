/** Finds a program as a shell would, on a given PATH: tmux's own PATH is stale, so the caller's is what counts. */
import fs from 'node:fs';
import path from 'node:path';

/** Absolute path of the program, or undefined. A name with a slash is taken relative to `cwd`. */
export function findProgram(name: string, search: string | undefined, cwd: string): string | undefined {
  const candidates = name.includes('/')
    ? [path.resolve(cwd, name)]
    : (search ?? '/usr/local/bin:/usr/bin:/bin').split(':').map((folder) => path.resolve(cwd, folder || '.', name));
  return candidates.find(isExecutableFile);
}

function isExecutableFile(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
