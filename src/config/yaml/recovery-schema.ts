/** `recovery:` of an agent and of `defaults:`: what follows ends beyond restarts, and what it becomes. */
import * as z from 'zod/mini';
import { END_ACTIONS, type EndAction, type Failover, type RecoverySettings } from '../../core/recovery.ts';
import type { EndKind } from '../../core/end.ts';
import { commandWords } from './command-schema.ts';
import { choice, count, duration, mapWith, variables, word } from './fields.ts';
import { ms, number } from './written-values.ts';

/** As people call them: a crash is an exit with a status that is not 0, or a signal. */
const KINDS = {
  crash: ['exited', 'signalled'],
  oom: ['oom'],
  limit: ['limit'],
  auth: ['auth'],
  'usage-limit': ['usage-limit'],
  unhealthy: ['unhealthy'],
  timeout: ['timeout'],
  'missing-cwd': ['missing-cwd'],
  'spawn-failed': ['spawn-failed'],
  lost: ['lost'],
} as const satisfies Record<string, readonly EndKind[]>;

const action = z.optional(choice(END_ACTIONS, 'restart, roll-back, fail-over, park, or fail.'));

export const recoverySchema = mapWith(
  {
    on: z.optional(
      mapWith(
        Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, action])) as { [K in keyof typeof KINDS]: typeof action },
        'a map of kinds of ends such as {oom: fail, usage-limit: fail-over}',
        'What follows an end of this kind, instead of what usually does.',
      ),
    ),
    roll_back_after: z.optional(count('After so many restarts in a row its files go back to the last good checkpoint. Default: never.', { min: 0, max: 1000 })),
    failover: z.optional(
      mapWith(
        {
          type: z.optional(word('Another type of agent.')),
          command: z.optional(z.union([word('Run by sh -c.'), z.array(word('One word.')).check(z.minLength(1))], { error: 'a text for sh -c, or a list of words' }).check(z.describe('Another command line for sh -c, or a list: program and arguments.'))),
          env: z.optional(variables('Environment variables on top of its own.')),
          model: z.optional(word('Another model.')),
        },
        'a map such as {command: [node, small.js]}',
        'What runs instead once restarts are used up.',
      ),
    ),
    park_for: z.optional(duration('How long park waits where no reset is known. Default 15m.', { minMs: 1000 })),
  },
  'a map such as {roll_back_after: 2}',
  'What follows an end beyond restarts.',
);

export type RecoveryEntry = z.output<typeof recoverySchema>;

/** What the schema has passed, over `defaults`. Values of env are as YAML gives them. */
export function recoveryFrom(entry: RecoveryEntry | undefined, defaults: RecoverySettings): RecoverySettings {
  if (entry === undefined) return defaults;
  const said = Object.entries(entry.on ?? {}).flatMap(([kind, each]) => KINDS[kind as keyof typeof KINDS].map((end) => [end, each as EndAction] as const));
  return {
    on: { ...defaults.on, ...Object.fromEntries(said) },
    rollBackAfter: number(entry.roll_back_after) ?? defaults.rollBackAfter,
    failover: entry.failover === undefined ? defaults.failover : failoverFrom(entry.failover),
    parkMs: ms(entry.park_for) ?? defaults.parkMs,
  };
}

function failoverFrom({ type, command, env, model }: NonNullable<RecoveryEntry['failover']>): Failover {
  const values = Object.entries(env ?? {}).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const]));
  return {
    ...(type === undefined ? {} : { type }),
    ...(command === undefined ? {} : { command: commandWords(command) }),
    ...(env === undefined ? {} : { env: Object.fromEntries(values) }),
    ...(model === undefined ? {} : { model }),
  };
}
