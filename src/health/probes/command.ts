/** Runs a command of the user's: status 0 is healthy. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Finding } from '../outcome.ts';

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What is kept of what it prints: its last line tells why it failed. */
const KEPT_BYTES = 1024;
const MAX_REASON_CHARACTERS = 200;

/** What the shell says of a command that is not there, or that it may not run: not the agent's fault. */
const CANNOT_RUN = new Set([126, 127]);

/** In a group of its own, which is killed as a whole when the time is up. */
export function runCommand(command: string, { timeoutMs, cwd, env }: CommandOptions): Promise<Finding> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], { cwd, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const lastLine = collectEnd(child);
    const done = (finding: Finding): void => {
      clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(finding);
    };
    const timer = setTimeout(() => {
      killGroup(child);
      done(`did not end within ${timeoutMs} ms`);
    }, timeoutMs);
    child.on('error', (error) => done(new Error(`the command cannot be started: ${error.message}`)));
    child.on('exit', (code, signal) => {
      // Its last words may still be in the pipe.
      setImmediate(() => done(judge(code, signal, lastLine())));
    });
  });
}

function judge(code: number | null, signal: string | null, said: string): Finding {
  if (code === 0) return null;
  const what = `${signal ?? `status ${code}`}${said === '' ? '' : `: ${said}`}`;
  return code !== null && CANNOT_RUN.has(code) ? new Error(`the command cannot be run: ${what}`) : `ended with ${what}`;
}

function collectEnd({ stdout, stderr }: ChildProcess): () => string {
  let keptEnd = '';
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (piece: Buffer) => (keptEnd = (keptEnd + piece.toString()).slice(-KEPT_BYTES)));
  }
  return () => (keptEnd.trim().split('\n').at(-1) ?? '').slice(0, MAX_REASON_CHARACTERS);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended at the same moment.
  }
}
