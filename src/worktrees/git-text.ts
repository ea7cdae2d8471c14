/** git for what is asked of it here: answers as text, and failures in its own words. How it is run is system/git.ts. */
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { git as run, type GitOptions } from '../system/git.ts';

export type { GitOptions } from '../system/git.ts';

export interface GitAnswer {
  /** 128 where it was killed. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end, whatever that is. @throws MuxwardError `failed` where there is no git, or no such folder. */
export async function tryGit(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<GitAnswer> {
  const { status, stdout, stderr, timedOut } = await run(cwd, args, options);
  return { status: status ?? 128, stdout: stdout.toString(), stderr: timedOut ? 'it took too long and was ended' : stderr };
}

/** What it printed, without the end of the last line. @throws MuxwardError `failed` with what git said. */
export async function git(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const answer = await tryGit(cwd, args, options);
  if (answer.status === 0) return answer.stdout.replace(/\n$/, '');
  throw gitFailed(args, answer, cwd);
}

export function gitFailed(args: readonly string[], { status, stderr }: GitAnswer, cwd: string): MuxwardError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const said = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? `status ${status}`;
  return new MuxwardError('failed', `git ${args[0]} failed: ${printable(said.replace(/^(fatal|error): /, ''))}`, { hint: `it was run in ${printable(cwd)}` });
}
