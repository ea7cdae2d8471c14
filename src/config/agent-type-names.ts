/** The names of the types of agents that this installation knows, for messages. What they do is src/agents. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

const BUILT_IN = ['worker', 'claude-code', 'monitor'];

/** Permission modes of Claude Code. */
export const CLAUDE_PERMISSION_MODES = ['acceptEdits', 'auto', 'bypassPermissions', 'manual', 'dontAsk', 'plan'] as const;

/** @param installation the folder that holds `templates/` */
export function agentTypeNames(installation: string): string[] {
  return [...BUILT_IN, ...terminalNames(path.join(installation, 'templates/terminals'))];
}

function terminalNames(folder: string): string[] {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
    return files.map((file) => file.slice(0, -'.yaml'.length)).sort();
  } catch {
    return [];
  }
}
