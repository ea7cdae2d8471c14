/**
 * Which folders Claude Code trusts, as it keeps them in `.claude.json`: what to write there so that it does not ask.
 * Pure but for finding the file; who may be trusted the user says, and writing is the daemon's.
 */
import path from 'node:path';
import type { AgentSpec } from '../../core/agent.ts';

/** `$CLAUDE_CONFIG_DIR/.claude.json`, else `~/.claude.json`. */
export function stateFile({ env }: Pick<AgentSpec, 'env'>): string {
  return path.join(env['CLAUDE_CONFIG_DIR'] ?? env['HOME'] ?? '/', '.claude.json');
}

/**
 * The state with `folder` trusted and all else as it was; undefined where it is trusted already. `folder`: its real path.
 * @throws SyntaxError where the text is no JSON object: then it is better left alone.
 */
export function withTrust(text: string, folder: string): string | undefined {
  const state = JSON.parse(text) as Record<string, unknown>;
  if (!isMap(state)) throw new SyntaxError('it is no JSON object');
  const projects = isMap(state['projects']) ? state['projects'] : {};
  const project = isMap(projects[folder]) ? projects[folder] : {};
  if (project['hasTrustDialogAccepted'] === true) return undefined;
  const trusted = { ...projects, [folder]: { ...project, hasTrustDialogAccepted: true } };
  return `${JSON.stringify({ ...state, projects: trusted }, null, 2)}\n`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
