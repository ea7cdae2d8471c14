/** The command line of the benchmark. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.ts';

/** What can be measured, in the order in which it is. */
export const MEASURE_NAMES = ['start', 'idle', 'probes', 'verdict', 'one-more', 'status', 'come-back', 'commands', 'checkpoint', 'claude', 'soak'] as const;
export type MeasureName = (typeof MEASURE_NAMES)[number];

/** Measured only where it is asked for: it takes its time. */
const ONLY_ASKED: ReadonlySet<MeasureName> = new Set(['soak']);

export interface Options {
  readonly agents: number;
  /** How often all agents are started; commands are run four times as often. */
  readonly reps: number;
  readonly idleMs: number;
  readonly soakMs: number;
  readonly only: readonly MeasureName[];
  /** Undefined: where the machine allows. */
  readonly large: boolean | undefined;
  readonly json: string | undefined;
  readonly cache: string | undefined;
  readonly help: boolean;
}

export const USAGE = `usage: npm run bench -- [options]

Measures muxward beside plain tmux and pm2, and prints a table with the bars it is held to.
The exit status is 1 where one of them is not held.

  --only NAME      ${MEASURE_NAMES.join(', ')}; repeatable
  --n N            agents (default 200)
  --reps N         how often all agents are started; commands run four times as often (default 5)
  --idle SECONDS   how long idling is watched (default 30)
  --soak SECONDS   how long agents crash in the soak, which runs only with --only soak (default 600)
  --large          idle with 1,000 agents too; --no-large: not (default: where the machine allows)
  --json FILE      write the result there, too
  --cache DIR      where pm2 is kept between runs (default .bench/ in the project)
`;

/** @throws BenchError, exit status 2, naming the option and what is valid. */
export function readOptions(args: readonly string[]): Options {
  const given = parse(args);
  return {
    agents: whole('--n', given.n ?? '200', 1, 1000),
    reps: whole('--reps', given.reps ?? '5', 1, 100),
    idleMs: whole('--idle', given.idle ?? '30', 1, 3600) * 1000,
    soakMs: whole('--soak', given.soak ?? '600', 10, 86_400) * 1000,
    only: given.only?.map(measureName) ?? MEASURE_NAMES.filter((name) => !ONLY_ASKED.has(name)),
    large: given.large,
    json: given.json === undefined ? undefined : path.resolve(given.json),
    cache: given.cache === undefined ? undefined : path.resolve(given.cache),
    help: given.help ?? false,
  };
}

interface Given {
  readonly n?: string;
  readonly reps?: string;
  readonly idle?: string;
  readonly soak?: string;
  readonly only?: string[];
  readonly large?: boolean;
  readonly json?: string;
  readonly cache?: string;
  readonly help?: boolean;
}

function parse(args: readonly string[]): Given {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        n: { type: 'string' },
        reps: { type: 'string' },
        idle: { type: 'string' },
        soak: { type: 'string' },
        only: { type: 'string', multiple: true },
        large: { type: 'boolean' },
        json: { type: 'string' },
        cache: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new BenchError((error as Error).message, 'npm run bench -- --help shows all options', 2);
  }
}

function whole(option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new BenchError(`${option}: "${text}" is not valid`, `a whole number from ${least} to ${most}`, 2);
}

function measureName(text: string): MeasureName {
  const name = MEASURE_NAMES.find((each) => each === text);
  if (name !== undefined) return name;
  throw new BenchError(`--only: there is no measure "${text}"`, `one of ${MEASURE_NAMES.join(', ')}`, 2);
}
