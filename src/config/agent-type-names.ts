/** The names of the types of agents that are known here, for messages. What they do is src/agents. */
import { terminalNames } from './terminals/terminal-folders.ts';

const BUILT_IN = ['worker', 'claude-code', 'monitor'];

/** Permission modes of Claude Code. */
export const CLAUDE_PERMISSION_MODES = ['acceptEdits', 'auto', 'bypassPermissions', 'manual', 'dontAsk', 'plan'] as const;

/** @param folders of templates, as terminal-folders.ts gives them */
export function agentTypeNames(folders: readonly string[]): string[] {
  return [...BUILT_IN, ...terminalNames(folders).filter((name) => !BUILT_IN.includes(name))];
}
