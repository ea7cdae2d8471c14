/** Asks a program about itself, for a short time: what it printed, or why it said nothing. */
import { execFile } from 'node:child_process';

const TIMEOUT_MS = 5000;

export type Answer = { readonly kind: 'said'; readonly text: string } | { readonly kind: 'missing' } | { readonly kind: 'failed'; readonly why: string };

export async function askProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Answer> {
  return await new Promise((resolve) => {
    execFile(program, args, { env, timeout: TIMEOUT_MS, encoding: 'utf8' }, (error, stdout) => {
      if (error === null) return resolve({ kind: 'said', text: stdout.trim() });
      if (error.code === 'ENOENT') return resolve({ kind: 'missing' });
      const why = error.killed ? `no answer within ${TIMEOUT_MS / 1000} s` : `exit ${error.code ?? error.signal ?? 'unknown'}`;
      resolve({ kind: 'failed', why });
    });
  });
}
