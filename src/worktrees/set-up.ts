/** Runs the set-up commands of a new worktree one after another, with their output in a log. The first failure ends it. */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { identify } from '../system/identity.ts';
import { readStat } from '../system/process-table.ts';
import { signalGroup, type GroupLeader } from '../system/signals.ts';

export interface SetUpRequest {
  readonly agent: string;
  readonly commands: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly umask: number;
  /** Appended to; mode 0600. */
  readonly log: string;
  /** Told of each command's process, so that the next daemon can end what this one leaves. */
  readonly onStart: (leader: GroupLeader) => void;
}

const LAST_LINES = 5;

/** A daemon that is killed before it has noted the process closes this input, and the command never begins. */
const WAIT_UNTIL_NOTED = 'read -r _ || exit 125\nexec </dev/null';

/** @throws MuxwardError `spawn-failed` that names the command, its status and its last words. */
export async function setUp(request: SetUpRequest): Promise<void> {
  for (const command of request.commands) await runOne(request, command);
}

async function runOne({ agent, cwd, env, umask, log, onStart }: SetUpRequest, command: string): Promise<void> {
  const output = fs.openSync(log, 'a', 0o600);
  const startAt = fs.fstatSync(output).size;
  try {
    fs.writeSync(output, `$ ${printable(command)}\n`);
    const child = spawn('/bin/sh', ['-c', `umask ${umask.toString(8)}\n${WAIT_UNTIL_NOTED}\n${command}`], { cwd, env, detached: true, stdio: ['pipe', output, output] });
    child.stdin?.on('error', () => undefined);
    if (child.pid !== undefined) onStart(leaderOf(child.pid));
    child.stdin?.end('\n');
    const [exitCode, signal] = await endOf(child);
    if (exitCode === 0) return;
    const how = exitCode === null ? (signal ?? 'could not be started') : `status ${exitCode}`;
    throw new MuxwardError('spawn-failed', `${agent}: the set-up command "${printable(command)}" of its worktree failed (${how})${lastWords(log, startAt)}`, {
      hint: `all it said is in ${log}; nothing was started, and the worktree is gone again`,
    });
  } finally {
    fs.closeSync(output);
  }
}

function endOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve) => {
    child.once('error', () => resolve([null, null]));
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
}

function leaderOf(pid: number): GroupLeader {
  const stat = readStat(pid);
  return { ...identify(pid), pgid: typeof stat === 'string' ? pid : stat.pgid };
}

/** What a killed daemon's set-up command still does is ended: its folder goes. */
export function endSetUp(leader: GroupLeader): void {
  signalGroup(leader, 'SIGKILL');
}

function lastWords(log: string, from: number): string {
  const lines = fs.readFileSync(log).subarray(from).toString().trimEnd().split('\n').slice(1);
  return lines.length === 0 ? '' : `: ${lines.slice(-LAST_LINES).map(printable).join(' | ')}`;
}
