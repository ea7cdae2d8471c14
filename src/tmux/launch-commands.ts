/**
 * What tmux is told to start an agent in a session of its own, or in the pane it had, and what it answers; and how what
 * the pane prints comes into its log.
 */
import { quote } from '../system/sh-quote.ts';
import type { Reply } from './control-client.ts';
import type { Pane } from './pane.ts';
import { commandLine, literalFormat } from './quote.ts';

export interface LaunchRequest {
  readonly session: string;
  /** A pane to run it in again, or null for a new session. */
  readonly pane: string | null;
  readonly cwd: string;
  readonly argv: readonly string[];
}

export type LaunchOutcome =
  | { readonly ok: true; readonly pane: string; readonly pid: number }
  | { readonly ok: false; readonly message: string };

/** The session, which logs itself (`logNewSessions`); or the pane first and its log second; see `launch`. */
export function launchCommands(request: LaunchRequest, size: readonly string[], logs: string): readonly (readonly string[])[] {
  const where = ['-c', literalFormat(request.cwd)];
  const report = ['-P', '-F', '#{pane_id} #{pane_pid}'];
  if (request.pane === null) return [['new-session', '-d', ...report, '-s', request.session, ...size, '-n', 'main', ...where, ...request.argv]];
  return [['respawn-pane', '-k', '-t', request.pane, ...where, ...request.argv], ['pipe-pane', '-t', request.pane, logPipe(logs, request.session)]];
}

/**
 * tmux gives each new session of an agent its log. It runs hooks when it has worked off what it was told, and before it
 * reads a terminal: children start meanwhile, and nothing is missed. As a command for each of many agents this would be
 * read, word by word, before the first one starts. Told at each start: a user's configuration may set the hook anew, and
 * that empties it.
 */
export function logNewSessions(logs: string): readonly string[] {
  const isAgents = '#{m:*agent-wrapper.sh*,#{pane_start_command}}';
  return ['set-hook', '-g', 'session-created[77]', commandLine(['if-shell', '-F', isAgents, commandLine(['pipe-pane', logPipe(logs, '#{session_name}')])])];
}

/** `session`: a name that needs no quoting, or the format for it. The server's umask is the daemon's: only the user can read the log. */
function logPipe(logs: string, session: string): string {
  return `${`exec cat >>${quote(`${logs}/`)}`.replaceAll('#', '##').replaceAll('%', '%%')}${session}.log`;
}

/** A new session prints its pane; of one that was used again the new process is looked up. */
export function readLaunch(reply: Reply, used: string | null, panes: readonly Pane[]): LaunchOutcome {
  if (!reply.ok) return { ok: false, message: reply.message };
  if (used !== null) return { ok: true, pane: used, pid: panes.find((pane) => pane.id === used)?.pid ?? 0 };
  const [pane = '', pid = '0'] = (reply.lines[0] ?? '').split(' ');
  return { ok: true, pane, pid: Number(pid) };
}
