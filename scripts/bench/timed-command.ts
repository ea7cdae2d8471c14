/** Runs a command to its end and takes its time. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { BenchError } from './bench-error.ts';
import type { Scratch } from './scratch.ts';

export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface TimedRun {
  readonly startedAtMs: number;
  readonly ms: number;
  /** 128+N for signal N, as a shell tells it; here only 0 counts. */
  readonly ok: boolean;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

let runs = 0;

/** Output goes to files: a pipe would make the time depend on how fast it is read here. */
export async function runTimed(scratch: Scratch, { argv, env }: Command): Promise<TimedRun> {
  const [program = '', ...args] = argv;
  runs += 1;
  const files = ['out', 'err'].map((kind) => `${scratch.folder}/tmp/${runs}.${kind}`);
  const [out, err] = files.map((file) => fs.openSync(file, 'w'));
  const read = (file: string | undefined): string => fs.readFileSync(file ?? '', 'utf8');
  const startedAtMs = performance.now();
  try {
    const child = spawn(program, args, { stdio: ['ignore', out, err], env, cwd: scratch.folder });
    const ok = await new Promise<boolean>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code === 0));
    });
    const ms = performance.now() - startedAtMs;
    return { startedAtMs, ms, ok, stdout: () => read(files[0]), stderr: () => read(files[1]) };
  } finally {
    for (const fd of [out, err]) if (fd !== undefined) fs.closeSync(fd);
  }
}

/** @throws BenchError with what the command said, where it fails. */
export async function runOrThrow(scratch: Scratch, command: Command): Promise<TimedRun> {
  const run = await runTimed(scratch, command);
  if (run.ok) return run;
  const said = `${run.stderr()}${run.stdout()}`.trim().split('\n').slice(-12).join('\n');
  throw new BenchError(`failed: ${command.argv.join(' ')}`, said === '' ? 'it says nothing' : said);
}
