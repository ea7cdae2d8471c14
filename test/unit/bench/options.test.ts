import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../scripts/bench/bench-error.ts';
import { MEASURE_NAMES, readOptions } from '../../../scripts/bench/options.ts';

function refusalOf(...args: string[]): { message: string; hint: string; exitCode: number } {
  try {
    readOptions(args);
  } catch (error) {
    if (error instanceof BenchError)
      return { message: error.message, hint: error.hint, exitCode: error.exitCode };
  }
  throw new Error(`taken: ${args.join(' ')}`);
}

describe('the options of the benchmark', () => {
  it('measure everything with 200 agents where nothing is said', () => {
    expect(readOptions([])).toMatchObject({
      agents: 200,
      reps: 5,
      idleMs: 30_000,
      only: MEASURE_NAMES.filter((name) => name !== 'soak'),
      soakMs: 600_000,
      large: undefined,
    });
  });

  it('are taken', () => {
    const options = readOptions([
      '--n',
      '50',
      '--reps',
      '3',
      '--idle',
      '2',
      '--only',
      'status',
      '--only',
      'start',
      '--no-large',
    ]);
    expect(options).toMatchObject({
      agents: 50,
      reps: 3,
      idleMs: 2000,
      only: ['status', 'start'],
      large: false,
    });
    expect(readOptions(['--large']).large).toBe(true);
  });

  it.each([
    [['--n', '0'], '--n: "0"', '1 to 1000'],
    [['--n', '1e2'], '--n: "1e2"', '1 to 1000'],
    [['--reps', '-1'], '--reps', '--help'],
    [['--only', 'speed'], '"speed"', 'one-more'],
    [['--fast'], '--fast', '--help'],
    [['extra'], 'extra', '--help'],
  ])('%j is refused with what is valid', (args, message, hint) => {
    const refusal = refusalOf(...args);
    expect(refusal.message).toContain(message);
    expect(refusal.hint).toContain(hint);
    expect(refusal.exitCode).toBe(2);
  });
});
