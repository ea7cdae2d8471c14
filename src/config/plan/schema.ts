/** What may stand in a plan of tasks. Faults that need other tasks are found in read-plan.ts. */
import * as z from 'zod/mini';
import { NAME_PATTERN } from '../../core/names.ts';
import { STRATEGIES } from '../../core/plan.ts';
import { PRIORITY_WORDS } from '../../core/task.ts';
import { command } from '../yaml/command-schema.ts';
import { checked, choice, count, duration, mapWith, oneOrMore, variables, word, type Complaint } from '../yaml/fields.ts';

const PRIORITIES = Object.keys(PRIORITY_WORDS);

const name = checked(z.string(), complainOfName).check(z.meta({ pattern: NAME_PATTERN.source }));

const priority = checked(z.union([z.number(), z.string()], { error: 'critical, high, medium, low or a number from 1 (first) to 10' }), (value) =>
  PRIORITIES.includes(String(value)) || /^([1-9]|10)$/.test(String(value))
    ? undefined
    : { is: 'is no priority', hint: `one of ${PRIORITIES.join(', ')}, or a number from 1 (first) to 10 (last)` },
).check(z.meta({ description: 'Who comes first where several could start. Default medium.', examples: PRIORITIES }));

const task = mapWith(
  {
    run: z.optional(command),
    prompt: z.optional(word('What an agent is asked to do.')),
    description: z.optional(word('A line for people. Default: what it runs or asks.')),
    agent: z.optional(word('The agent that does it, by name: asked by prompt, or whose folder and environment run gets.')),
    agent_type: z.optional(word('The type of an agent that is started for this task alone.')),
    depends_on: z.optional(oneOrMore(word('The name of another task.'), 'a task, or a list of tasks such as [build]', 'Tasks of this file that must be done before.')),
    cwd: z.optional(word('The working folder, relative to this file. Default: the folder of this file; with agent, always the folder of that agent.')),
    env: z.optional(variables('Environment variables, on top of those of whoever runs the plan.')),
    timeout: z.optional(duration('It has failed after this long.')),
    retries: z.optional(count('How often it is tried again after a failure. Default 0.', { min: 0, max: 100 })),
    backoff: z.optional(duration('How long the first new try waits; each later one twice as long.')),
    priority: z.optional(priority),
    optional: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('It may fail: what needs it runs all the same, and so does the rest.'))),
  },
  'a map such as {run: npm test}',
  'One task.',
);

export const planSchema = mapWith(
  {
    name: z.optional(checked(word('The name of the plan. Default: that of the file.'), complainOfName)),
    strategy: z.optional(choice(STRATEGIES, 'parallel: each as soon as what it needs is done (the default). sequential: one after the other. pipeline: the same, and each gets the output of the one before it.')),
    max_parallel: z.optional(count('How many run at once, at most.', { min: 1, max: 1000 })),
    tasks: z.record(name, task, { error: 'a map of names to tasks' }).check(z.describe('The tasks, by name.')),
  },
  'a map with tasks: in it',
  'A plan of tasks, for `muxward run`.',
);

export type PlanFile = z.output<typeof planSchema>;
export type TaskEntry = PlanFile['tasks'][string];

function complainOfName(value: string): Complaint | undefined {
  return NAME_PATTERN.test(value) ? undefined : { is: 'is no name', hint: 'letters, digits, - and _, beginning with a letter or digit, at most 63' };
}
