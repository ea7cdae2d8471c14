/** All types of agents: the built-in ones, and what templates describe. */
import { agentTypeNames } from '../config/agent-type-names.ts';
import { MuxwardError } from '../core/errors.ts';
import { suggest } from '../core/names.ts';
import type { AgentType } from './agent-type.ts';
import { claudeCode } from './claude/launch.ts';
import { monitor } from './monitor.ts';
import { worker } from './worker.ts';

const BUILT_IN: ReadonlyMap<string, AgentType> = new Map([worker, claudeCode, monitor].map((type) => [type.name, type]));

/**
 * The type of that name; templates are looked at only for names that are not built in.
 * @param folders of templates, the user's own first
 * @throws MuxwardError `usage` that lists the valid types; `invalid-config` for a template with a fault, at its line.
 */
export async function agentType(name: string, folders: readonly string[]): Promise<AgentType> {
  const builtIn = BUILT_IN.get(name);
  if (builtIn) return builtIn;
  const { loadTerminal } = await import('./terminal.ts');
  const described = loadTerminal(folders, name);
  if (described) return described;
  const known = agentTypeNames(folders);
  const near = suggest(name, known);
  throw new MuxwardError('usage', `--type: "${name}" is no type of agent`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}Types here: ${known.join(', ')}`,
  });
}
