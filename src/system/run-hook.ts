/** Runs a command that the user configured as a hook: event on standard input, bounded in time and output. */
import type { Readable } from 'node:stream';

export interface Hook {
  /** A line of shell. */
  readonly command: string;
  /** Given as one JSON document on standard input. */
  readonly event: unknown;
  readonly timeoutMs: number;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** `output`: the beginning of standard output and error, mixed. */
export type HookOutcome =
  | { readonly outcome: 'succeeded'; readonly output: string }
  | { readonly outcome: 'failed'; readonly exitCode: number | null; readonly signal: string | null; readonly output: string }
  | { readonly outcome: 'timed-out'; readonly output: string }
  | { readonly outcome: 'not-started'; readonly message: string };

/** More is read, so that the hook does not block on it, and dropped. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/** Resolves when the hook is over; on a time-out it and all of its process group are killed. Never rejects. */
export async function runHook(hook: Hook): Promise<HookOutcome> {
  const { execa } = await import('execa');
  const child = execa('sh', ['-c', hook.command], {
    input: `${JSON.stringify(hook.event)}\n`,
    reject: false,
    all: true,
    buffer: false,
    // A group of its own, so that a time-out reaches what the hook started.
    detached: true,
    cleanup: false,
    ...(hook.env === undefined ? {} : { env: { ...hook.env } }),
    ...(hook.cwd === undefined ? {} : { cwd: hook.cwd }),
  });
  const output = collect(child.all);
  const timeout = after(hook.timeoutMs);
  const result = await Promise.race([child, timeout.promise]);
  timeout.cancel();
  if (result === 'timed-out') {
    killGroup(child.pid);
    // Whatever went into another group may hold the pipes open for ever.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    return { outcome: 'timed-out', output: output() };
  }
  if (child.pid === undefined) return { outcome: 'not-started', message: result.shortMessage ?? 'sh could not be started' };
  if (result.exitCode === 0) return { outcome: 'succeeded', output: output() };
  return { outcome: 'failed', exitCode: result.exitCode ?? null, signal: result.signal ?? null, output: output() };
}

function collect(stream: Readable): () => string {
  const pieces: Buffer[] = [];
  let room = MAX_OUTPUT_BYTES;
  stream.on('data', (piece: Buffer) => {
    if (room > 0) pieces.push(piece.subarray(0, room));
    room -= piece.length;
  });
  return () => Buffer.concat(pieces).toString();
}

function after(timeoutMs: number): { readonly promise: Promise<'timed-out'>; cancel(): void } {
  let timer: NodeJS.Timeout;
  const promise = new Promise<'timed-out'>((resolve) => {
    timer = setTimeout(() => resolve('timed-out'), timeoutMs);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended at the same moment.
  }
}
