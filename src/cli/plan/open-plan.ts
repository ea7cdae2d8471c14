/** Reads the plan that a command names, before anything is started. */
import path from 'node:path';
import { readPlan } from '../../config/plan/read-plan.ts';
import { readIfPresent } from '../../config/read-if-present.ts';
import { MuxwardError } from '../../core/errors.ts';
import { printable, suggest } from '../../core/names.ts';
import { STRATEGIES, type Plan, type Strategy } from '../../core/plan.ts';

export interface PlanFlags {
  readonly strategy?: string;
  readonly maxParallel?: string;
}

export const PLAN_OPTIONS = [
  { flags: '--strategy <strategy>', about: `${STRATEGIES.join(', ')} (default: what the plan says)` },
  { flags: '--max-parallel <n>', about: 'how many run at once, at most (default: what the plan says)' },
] as const;

/** @throws InvalidConfig with every fault, MuxwardError `usage` where a flag is wrong or there is no such file. */
export async function openPlan(file: string, flags: PlanFlags = {}): Promise<Plan> {
  const strategy = flags.strategy === undefined ? undefined : knownStrategy(flags.strategy);
  const maxParallel = flags.maxParallel === undefined ? undefined : wholeNumber(flags.maxParallel);
  const absolute = path.resolve(file);
  const text = await readIfPresent(absolute);
  if (text === undefined) throw new MuxwardError('usage', `there is no file ${printable(file)}`, { hint: 'name a plan of tasks; docs/plans.md shows how one is written' });
  const plan = readPlan({ text, path: absolute, file, ...(strategy === undefined ? {} : { strategy }) });
  if (maxParallel === undefined) return plan;
  if (plan.strategy !== 'parallel') {
    throw new MuxwardError('usage', `--max-parallel says nothing with strategy ${plan.strategy}: one runs at a time`, { hint: 'leave it out, or run it with --strategy parallel' });
  }
  return { ...plan, maxParallel };
}

function knownStrategy(written: string): Strategy {
  const known = STRATEGIES.find((each) => each === written);
  if (known !== undefined) return known;
  const near = suggest(written, STRATEGIES);
  throw new MuxwardError('usage', `--strategy: "${printable(written)}" is not known`, { hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${STRATEGIES.join(', ')}` });
}

function wholeNumber(written: string): number {
  if (/^[1-9]\d{0,3}$/.test(written)) return Number(written);
  throw new MuxwardError('usage', `--max-parallel: "${printable(written)}" is no number of tasks`, { hint: 'a whole number from 1, for example --max-parallel 2' });
}
