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

/** The text of the file. `installation` is where `scripts/` is. */
export function claudeSettings(installation: string): string {
  const hooks = HOOK_EVENTS.filter((event) => event !== 'StatusLine').map((event) => [event, [{ hooks: [hook(installation, event)] }]]);
  const statusLine = { type: 'command', command: shell(installation, 'agent-status-line.sh') };
  return `${JSON.stringify({ hooks: Object.fromEntries(hooks), statusLine })}\n`;
}

function hook(installation: string, event: HookEvent): object {
  const timeout = event === 'PermissionRequest' ? ANSWER_TIMEOUT_S : TIMEOUT_S;
  return { type: 'command', command: `${shell(installation, 'agent-hook.sh')} ${event}`, timeout };
}

/** `exec`: the shell that Claude Code starts a hook with becomes the script, which saves a process. */
function shell(installation: string, script: string): string {
  return `exec /bin/sh '${path.join(installation, 'scripts', script).replaceAll("'", "'\\''")}'`;
}
