/** Runs a command of the user's with a document on its standard input, bound in time and output. */

export interface HookRequest {
  readonly command: string;
  readonly input: string;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
}

export type HookOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

const MAX_OUTPUT_CHARACTERS = 10_000;

export async function runHook({ command, input, timeoutMs, env }: HookRequest): Promise<HookOutcome> {
  const { execa } = await import('execa');
  const result = await execa('sh', ['-c', command], {
    input,
    env,
    extendEnv: false,
    cwd: '/',
    timeout: timeoutMs,
    forceKillAfterDelay: 1000,
    maxBuffer: MAX_OUTPUT_CHARACTERS,
    reject: false,
    all: true,
  });
  if (result.exitCode === 0) return { ok: true };
  if (result.timedOut) return { ok: false, message: `did not end within ${timeoutMs} ms` };
  const how = result.signal ?? (result.exitCode === undefined ? 'could not be started' : `status ${result.exitCode}`);
  const said = result.all?.trim().split('\n').at(-1) ?? '';
  return { ok: false, message: said === '' ? how : `${how}: ${said}` };
}
