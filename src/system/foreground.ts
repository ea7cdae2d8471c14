/** What a shell does with the terminal that it shares with its foreground job, as far as /proc tells. */
import { readFileSync } from 'node:fs';
import { livenessOf, type Identity } from './identity.ts';

/**
 * True while the shell has not left the terminal to its job: it does something just now, has the foreground itself, or
 * runs something else in it (a `sleep`). False where it waits for the job alone, and where nothing can be read.
 */
export function hasTerminalBack(shell: Identity, job: number): boolean {
  const liveness = livenessOf(shell);
  if (liveness !== 'alive' && liveness !== 'stopped') return false;
  const stat = read(`/proc/${shell.pid}/stat`);
  if (stat === undefined) return false;
  // The program's name may hold spaces: what counts comes after its ")".
  const [state, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state !== 'S' || foreground === group) return true;
  const children = read(`/proc/${shell.pid}/task/${shell.pid}/children`)?.split(' ') ?? [];
  return children.some((child) => child !== '' && child !== String(job));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
