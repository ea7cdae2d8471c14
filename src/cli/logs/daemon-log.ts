/** `daemon logs`: the daemon's own log, shown as those of agents are. */
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import type { Context } from '../context.ts';
import { showLogs } from './show-logs.ts';

interface DaemonLogOptions {
  readonly follow?: boolean;
  readonly lines?: string;
}

/** @throws MuxwardError `usage` for a number of lines that is none. */
export async function showDaemonLog(context: Context, { follow = false, lines }: DaemonLogOptions): Promise<void> {
  if (lines !== undefined && !/^\d{1,9}$/.test(lines)) {
    throw new MuxwardError('usage', `--lines: "${printable(lines)}" is no number of lines`, { hint: 'a whole number, for example -n 100' });
  }
  const collected: string[] = [];
  const collect = (text: string): void => {
    const line = text.replace(/\n$/, '');
    if (follow) context.out(`${JSON.stringify({ line })}\n`);
    else collected.push(line);
  };
  await showLogs([{ path: context.paths.daemonLog, prefix: '' }], {
    follow,
    lines: lines === undefined ? null : Number(lines),
    sinceMs: null,
    untilMs: null,
    grep: null,
    raw: false,
    timestamps: false,
    wholeLines: context.json,
    write: context.json ? collect : context.out,
    writeBytes: context.out,
    onLoss: () => undefined,
  });
  if (context.json && !follow) context.out(`${JSON.stringify({ file: context.paths.daemonLog, lines: collected })}\n`);
}
