/** Makes a lost state again from the run folder: which agents there were, and what their wrappers did last. */
import fs from 'node:fs';
import { runPaths, type HomePaths } from '../config/paths.ts';
import type { AgentSpec } from '../core/agent.ts';
import { NAME_PATTERN } from '../core/names.ts';
import { readJournal } from './journal.ts';
import type { Log } from './log.ts';
import type { Registry } from './registry.ts';

/** Adds what is found; who of them lives is looked up afterwards, as for any agent (pick-up.ts). */
export function rebuild(registry: Registry, paths: HomePaths, log: Log): void {
  for (const name of fs.readdirSync(paths.run)) {
    const spec = NAME_PATTERN.test(name) && !registry.find(name) ? readSpec(runPaths(paths, name).spec, log) : undefined;
    if (spec?.name !== name) continue;
    const last = readJournal(runPaths(paths, name).journal).at(-1);
    const ran = last?.kind === 'started';
    registry.addFound(spec, {
      state: ran ? 'spawning' : 'terminated',
      reason: 'found in the run folder after the state was lost',
      wish: ran ? 'run' : 'stop',
      generation: last?.generation ?? 0,
    });
  }
}

function readSpec(file: string, log: Log): AgentSpec | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as AgentSpec;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.warn(file, error);
    return undefined;
  }
}
