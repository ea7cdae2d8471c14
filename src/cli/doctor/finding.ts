/** What a check of `doctor` finds, and what it is given to look at. */
import type { HomePaths } from '../../config/paths.ts';
import type { Connection } from '../connection.ts';

export interface Finding {
  /** `problem`: something does not work. `note`: it works, and there is something to know. */
  readonly verdict: 'ok' | 'note' | 'problem';
  readonly message: string;
  /** What to do: a command where there is one. Null where there is nothing to do. */
  readonly remedy: string | null;
}

export interface Scene {
  readonly paths: HomePaths;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The folder that holds `bin/` and `templates/`. */
  readonly installation: string;
  /** Never starts a daemon. */
  readonly daemon: Connection;
}

/** A check finds nothing where it does not apply. It changes nothing, and starts no daemon. */
export type Check = (scene: Scene) => Promise<readonly Finding[]>;

export function ok(message: string): Finding {
  return { verdict: 'ok', message, remedy: null };
}

export function note(message: string, remedy: string | null = null): Finding {
  return { verdict: 'note', message, remedy };
}

export function problem(message: string, remedy: string): Finding {
  return { verdict: 'problem', message, remedy };
}
