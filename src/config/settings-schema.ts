/** What may stand in `<home>/config.yaml`. */
import * as z from 'zod/mini';
import { RESTART_POLICIES } from '../core/restart-policy.ts';
import { alertsSchema } from './alerts/alerts-schema.ts';
import { planFields } from './yaml/checkpoint-plan.ts';
import { amount, checked, choice, count, duration, listOf, mapWith, size, word } from './yaml/fields.ts';
import { answersSchema } from './answers/answers-schema.ts';
import { userHookSchema } from './yaml/hook-schema.ts';
import { limitsSchema } from './yaml/limits-schema.ts';
import { recoverySchema } from './yaml/recovery-schema.ts';

const tmuxKey = checked(word('The prefix key of the private tmux server, for example C-a.'), (value) =>
  /^([CMS]-){0,3}([!-~]|[A-Z][A-Za-z0-9]+)$/.test(value)
    ? undefined
    : { is: 'is no key of tmux', hint: 'written as tmux does: C-a, M-Space, F12' },
);

const folder = checked(word('Where worktrees of agents are made, each by its name. Default: worktrees in the home.'), (value) =>
  /^(\/|~(\/|$))/.test(value) ? undefined : { is: 'is no absolute path', hint: 'begin with / or with ~/' },
);

const agentDefaults = mapWith(
  {
    restart: z.optional(choice(RESTART_POLICIES, 'When an agent is run again by itself.')),
    max_restarts: z.optional(count('Restarts within the window before an agent counts as failed.', { min: 0, max: 1000 })),
    model: z.optional(word('The model of agents that have one.')),
    permission_mode: z.optional(word('The permission mode of agents that have one.')),
    health: z.optional(mapWith({ interval: z.optional(duration('Between two probes.', { minMs: 100 })) }, 'a map such as {interval: 30s}', 'How agents are probed.')),
    recovery: z.optional(recoverySchema),
    limits: z.optional(limitsSchema),
  },
  'a map of agent fields',
  'What holds for an agent of which neither a flag nor muxward.yaml says otherwise.',
);

const price = mapWith(
  {
    input: amount('US dollars for a million tokens of input.'),
    output: amount('US dollars for a million tokens of output.'),
    cache_read: z.optional(amount('US dollars for a million tokens read from the prompt cache. Default: a tenth of the input.')),
    cache_write: z.optional(amount('US dollars for a million tokens written to it. Default: 1.25 times the input.')),
    cache_write_1h: z.optional(amount('US dollars for a million tokens written to it for an hour. Default: twice the input.')),
    web_search: z.optional(amount('US dollars for one web search. Default: 0.01.')),
  },
  'a map such as {input: 3, output: 15}',
  'What one model costs.',
);

export const settingsSchema = mapWith(
  {
    defaults: z.optional(agentDefaults),
    restart: z.optional(
      mapWith(
        {
          window: z.optional(duration('max_restarts counts restarts within this time.')),
          base_delay: z.optional(duration('The second restart in a row waits this long, each further one twice as long.')),
          max_delay: z.optional(duration('The longest wait between two restarts.')),
          stable_after: z.optional(duration('After a run this long, the next restart is at once again.')),
        },
        'a map such as {window: 10m}',
        'Back-off of restarts.',
      ),
    ),
    stop_grace: z.optional(duration('Between SIGTERM and SIGKILL.')),
    spawn_timeout: z.optional(duration('How long a process may take to report that it runs.', { minMs: 1000 })),
    watch: z.optional(
      mapWith(
        {
          liveness: z.optional(duration('Between two looks whether agents live.', { minMs: 1000 })),
          sample: z.optional(duration('Between two samples of CPU and memory while nobody watches.', { minMs: 1000 })),
        },
        'a map such as {sample: 5s}',
        'How often agents are looked at.',
      ),
    ),
    log: z.optional(
      mapWith(
        {
          max_size: z.optional(size('An agent\'s log is rotated above this size.')),
          keep: z.optional(count('How many rotated logs are kept.', { min: 0, max: 1000 })),
        },
        'a map such as {max_size: 10MB, keep: 3}',
        'Logs of agents.',
      ),
    ),
    tmux: z.optional(
      mapWith(
        {
          scrollback: z.optional(count('Lines of scrollback of each pane.', { min: 0, max: 1_000_000 })),
          prefix: z.optional(tmuxKey),
          columns: z.optional(count('Width of a terminal that nobody looks at.', { min: 20, max: 1000 })),
          rows: z.optional(count('Height of a terminal that nobody looks at.', { min: 5, max: 1000 })),
          timeout: z.optional(duration('An answer of tmux that takes longer is unknown.', { minMs: 1000 })),
        },
        'a map such as {scrollback: 2000}',
        'The private tmux server.',
      ),
    ),
    checkpoint: z.optional(
      mapWith(
        {
          ...planFields,
          keep: z.optional(count('Checkpoints kept of each agent.', { min: 1, max: 100_000 })),
          keep_for: z.optional(duration('How long a checkpoint is kept.')),
          keep_size: z.optional(size('Of all checkpoints of an agent together.')),
          max_file: z.optional(size('A larger file is told, and not saved.')),
          max_size: z.optional(size('Of what is new in one checkpoint, together.')),
          tasks: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('A checkpoint before and after each task of an agent.'))),
        },
        'a map such as {every: 10m, keep: 50}',
        'Checkpoints of agents.',
      ),
    ),
    events: z.optional(mapWith({ keep: z.optional(count('Events kept in the audit trail.', { min: 100, max: 10_000_000 })) }, 'a map such as {keep: 100000}', 'The audit trail.')),
    tasks: z.optional(
      mapWith(
        {
          max_parallel: z.optional(count('Tasks that run at once, over all. Default: as many as the machine has cores.', { min: 1, max: 1000 })),
          keep: z.optional(count('Tasks that are over and are kept with their results and logs.', { min: 0, max: 100_000 })),
        },
        'a map such as {max_parallel: 4}',
        'The queue of tasks.',
      ),
    ),
    history: z.optional(mapWith({ keep: z.optional(count('Samples kept of all agents together.', { min: 1000, max: 100_000_000 })) }, 'a map such as {keep: 500000}', 'What agents used, over time.')),
    alerts: z.optional(alertsSchema),
    limits_by: z.optional(choice(['auto', 'samples'], 'Who holds agents to their limits: the kernel where cgroup v2 lets it, or muxward from samples, everywhere. Default auto.')),
    conflicts: z.optional(choice(['report', 'pause', 'off'], 'Agents that change the same lines in their worktrees: reported, the later one paused, or not looked for. Default report.')),
    worktrees: z.optional(mapWith({ folder: z.optional(folder) }, 'a map such as {folder: ~/worktrees}', 'Git worktrees of agents.')),
    prices: z.optional(z.record(z.string(), price, { error: 'a map such as {my-model: {input: 3, output: 15}}' }).check(z.describe('What models cost, by name: for those that muxward knows no price of, or another one.'))),
    answers: z.optional(answersSchema),
    hooks: z.optional(listOf(userHookSchema, 'a list of hooks', 'Commands that run when something happens to an agent.')),
  },
  'a map of settings',
  'Settings of muxward for one user.',
);

export type SettingsFile = z.output<typeof settingsSchema>;
