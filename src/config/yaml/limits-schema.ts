/** `limits:` of an agent and of `defaults:`, and what it becomes. */
import * as z from 'zod/mini';
import { canThrottle, LIMIT_ACTIONS, LIMIT_NAMES, type LimitName, type Limits } from '../../core/limits.ts';
import { choice, cores, count, duration, mapWith, size } from './fields.ts';
import { bytes, ms, number } from './written-values.ts';

const MOST_PROCESSES = 9_999_999;

function actionFor(name: LimitName) {
  const known = LIMIT_ACTIONS.filter((action) => action !== 'throttle' || canThrottle(name));
  return z.optional(choice(known, `What follows when ${name} is exceeded.`));
}

const actions = { memory: actionFor('memory'), cpu: actionFor('cpu'), timeout: actionFor('timeout'), processes: actionFor('processes'), output: actionFor('output') };

export const limitsSchema = mapWith(
    {
      memory: z.optional(size('Of the whole process tree.')),
      cpu: z.optional(cores('Of the whole process tree.')),
      timeout: z.optional(duration('Wall time of one run.')),
      processes: z.optional(count('Of the whole process tree.', { min: 1, max: MOST_PROCESSES })),
      output: z.optional(size('What one run prints.')),
      on: z.optional(mapWith(actions, 'a map such as {memory: stop}', 'What follows when a limit is exceeded. Default: memory and timeout restart, cpu throttle, processes and output alert.')),
    },
    'a map such as {memory: 2GB}',
    'What an agent may use.',
);

export type LimitsEntry = z.output<typeof limitsSchema>;

/** Only what was said. */
export function limitsFrom(entry: LimitsEntry = {}): Partial<Limits> {
  const said = { memoryBytes: bytes(entry.memory), cpu: number(entry.cpu), timeoutMs: ms(entry.timeout), processes: number(entry.processes), outputBytes: bytes(entry.output) };
  const on = LIMIT_NAMES.flatMap((name) => {
    const action = entry.on?.[name];
    return action === undefined ? [] : [[name, action] as const];
  });
  return {
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    ...(on.length === 0 ? {} : { actions: Object.fromEntries(on) }),
  };
}
