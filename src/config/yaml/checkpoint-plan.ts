/** When checkpoints are made by themselves, as `config.yaml` and `muxward.yaml` say it. */
import * as z from 'zod/mini';
import type { CheckpointPlan } from '../../core/checkpoint.ts';
import { count, duration, mapWith } from './fields.ts';
import { ms, number } from './written-values.ts';

export const planFields = {
  every: z.optional(duration('An agent gets a checkpoint this often, if something changed.', { minMs: 1000 })),
  turns: z.optional(count('A Claude Code agent gets a checkpoint after so many turns, if something changed.', { min: 1, max: 1000 })),
} as const;

export const checkpointPlanSchema = mapWith(planFields, 'a map such as {every: 10m, turns: 5}', 'When checkpoints are made by themselves, instead of as config.yaml says; {} for never.');

export type PlanEntry = z.output<typeof checkpointPlanSchema>;

export function checkpointPlanFrom(entry: PlanEntry): CheckpointPlan {
  return { everyMs: ms(entry.every) ?? null, turns: number(entry.turns) ?? null };
}
