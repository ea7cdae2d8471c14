/** Runs a command that the user configured as a hook: a document on standard input, bounded in time and output. */
import type { Readable } from 'node:stream';

export interface HookRequest {
  /** A line of shell. */
  readonly command: string;
  /** What it finds on its standard input. */
  readonly input: string;
  readonly timeoutMs: number;
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** `message` says in words how it failed, with the last line that it printed. */
export type HookOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** What is printed beyond it is read, so that the hook does not block, and dropped. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/** Resolves when the hook is over; on a time-out it and all of its process group are killed. Never rejects. */
export async function runHook({ command, input, timeoutMs, env }: HookRequest): Promise<HookOutcome> {
  const { execa } = await import('execa');
  const child = execa('sh', ['-c', command], {
    input,
    env: { ...env },
    extendEnv: false,
    cwd: '/',
    reject: false,
    all: true,
    buffer: false,
    // A group of its own, so that a time-out reaches what the hook started.
    detached: true,
    cleanup: false,
  });
  const lastLine = collectEnd(child.all);
  const timeout = after(timeoutMs);
  const result = await Promise.race([child, timeout.promise]);
  timeout.cancel();
  if (result === 'timed-out') {
    killGroup(child.pid);
    // Whatever went into another group may hold the pipes open for ever.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    return { ok: false, message: `did not end within ${timeoutMs} ms` };
  }
  if (result.exitCode === 0) return { ok: true };
  const how =
    result.signal ?? (result.exitCode === undefined ? 'could not be started' : `status ${result.exitCode}`);
  const said = lastLine();
  return { ok: false, message: said === '' ? how : `${how}: ${said}` };
}

/** The last line of what a stream said, as far as it is kept. */
function collectEnd(stream: Readable): () => string {
  let kept = Buffer.alloc(0);
  stream.on('data', (piece: Buffer) => {
    kept = Buffer.concat([kept, piece]).subarray(-MAX_OUTPUT_BYTES);
  });
  return () => (kept.toString().trim().split('\n').at(-1) ?? '').slice(0, 1000);
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
