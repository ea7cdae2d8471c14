/**
 * The settings file that muxward gives Claude Code at each start with `--settings`: its hooks and its status line.
 * Claude Code adds it to the user's own settings, which are never touched. Pure.
 */
import path from 'node:path';
import { HOOK_EVENTS, type HookEvent } from './hook-record.ts';

/** Long enough for a person to answer: the hook itself decides how long it waits. */
const ANSWER_TIMEOUT_S = 24 * 3600;
/** It takes milliseconds; a machine that swaps must not lose a call. */
const TIMEOUT_S = 60;

/** The text of the file. `installation` is where `scripts/` is; `budgetOf` names the agent where it has a budget to be held to. */
export function claudeSettings(installation: string, budgetOf: string | null = null): string {
  const hooks = HOOK_EVENTS.filter((event) => event !== 'StatusLine').map((event) => [event, [{ hooks: [hook(installation, event), ...(event === 'PreToolUse' && budgetOf !== null ? [gate(installation, budgetOf)] : [])] }]]);
  const statusLine = { type: 'command', command: `exec /bin/sh ${quoted(path.join(installation, 'scripts/agent-status-line.sh'))}` };
  return `${JSON.stringify({ hooks: Object.fromEntries(hooks), statusLine })}\n`;
}

function hook(installation: string, event: HookEvent): object {
  const timeout = event === 'PermissionRequest' ? ANSWER_TIMEOUT_S : TIMEOUT_S;
  return { type: 'command', command: hookCommand(installation, event), timeout };
}

/**
 * What Claude Code gives to `/bin/sh -c` at each call. That shell reads the script itself, which saves the start of
 * another. Where the script is gone, nothing happens: a hook that ends with 2 would stop the agent's work.
 */
export function hookCommand(installation: string, event: HookEvent): string {
  return `set -- ${event} ${quoted(path.join(installation, 'scripts'))}; [ ! -r "$2/agent-hook.sh" ] || . "$2/agent-hook.sh"`;
}

/** Ends the turn before the next call of the model where the budget is spent. */
function gate(installation: string, agent: string): object {
  const words = [process.execPath, path.join(installation, 'dist/budget-gate.js'), agent];
  return { type: 'command', command: `exec ${words.map(quoted).join(' ')}`, timeout: TIMEOUT_S };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
