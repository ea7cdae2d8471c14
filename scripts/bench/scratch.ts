/**
 * Where one run of the benchmark takes place: a folder of its own, the program that all agents run, and an
 * environment without anything of the caller's that could favour one or disturb another. Its path is the mark by
 * which everything that was started is found again.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { killMarked } from './marked-processes.ts';

/** Reports its own start at its first instruction, then becomes a program that does nothing. */
const CHILD = `#!/bin/sh
echo "\${MUXWARD_AGENT:-$2} $$" >"$1"
exec sleep 100000
`;

export interface Scratch {
  readonly folder: string;
  /** Agents run `<child> <fifo> <id>`. */
  readonly child: string;
  readonly fifo: string;
  /** NODE_EXTRA_CA_CERTS is not in it: it costs old Nodes 37 ms at each start. */
  readonly env: Readonly<Record<string, string>>;
}

export function createScratch(): Scratch {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mwbench-')));
  const inside = (name: string): string => path.join(folder, name);
  fs.writeFileSync(inside('child.sh'), CHILD, { mode: 0o755 });
  execFileSync('mkfifo', [inside('up')]);
  for (const name of ['home', 'tmp']) fs.mkdirSync(inside(name));
  const env = {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: inside('home'),
    TMPDIR: inside('tmp'),
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    TERM: 'xterm-256color',
  };
  return { folder, child: inside('child.sh'), fifo: inside('up'), env };
}

/** Ends everything that was started from the scratch, and removes it. Tells how many processes would not go. */
export function removeScratch({ folder }: Scratch): number {
  const { left } = killMarked(folder);
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return left;
}
