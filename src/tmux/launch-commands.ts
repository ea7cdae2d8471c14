/** What tmux is told to start an agent in a session of its own, or in the pane it had, and what it answers. */
import { quote } from '../system/sh-quote.ts';
import type { Reply } from './control-client.ts';
import type { Pane } from './pane.ts';
import { literalFormat } from './quote.ts';

export interface LaunchRequest {
  readonly session: string;
  /** A pane to run it in again, or null for a new session. */
  readonly pane: string | null;
  readonly cwd: string;
  readonly argv: readonly string[];
  /** Where everything the pane prints is appended. */
  readonly logPath: string;
}

export type LaunchOutcome =
  | { readonly ok: true; readonly pane: string; readonly pid: number }
  | { readonly ok: false; readonly message: string };

/** The session or the pane first, its log pipe second; see `launch`. */
export function launchCommands(request: LaunchRequest, size: readonly string[]): readonly (readonly string[])[] {
  const where = ['-c', literalFormat(request.cwd)];
  const report = ['-P', '-F', '#{pane_id} #{pane_pid}'];
  // The server's umask is the daemon's, so that only the user can read it.
  const pipe = `exec cat >>${quote(request.logPath)}`;
  const log = (target: string): string[] => ['pipe-pane', '-t', target, pipe.replaceAll('#', '##').replaceAll('%', '%%')];
  if (request.pane === null) {
    return [
      ['new-session', '-d', ...report, '-s', request.session, ...size, '-n', 'main', ...where, ...request.argv],
      log(`=${request.session}:0.0`),
    ];
  }
  return [['respawn-pane', '-k', '-t', request.pane, ...where, ...request.argv], log(request.pane)];
}

/** A new session prints its pane; of one that was used again the new process is looked up. */
export function readLaunch(reply: Reply, used: string | null, panes: readonly Pane[]): LaunchOutcome {
  if (!reply.ok) return { ok: false, message: reply.message };
  if (used !== null) return { ok: true, pane: used, pid: panes.find((pane) => pane.id === used)?.pid ?? 0 };
  const [pane = '', pid = '0'] = (reply.lines[0] ?? '').split(' ');
  return { ok: true, pane, pid: Number(pid) };
}
