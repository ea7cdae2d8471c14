/** What may stand in `muxward.yaml`. Faults that need the disk or other entries are found in resolve-agent.ts and dependencies.ts. */
import * as z from 'zod/mini';
import { MuxwardError } from '../../core/errors.ts';
import { checkName, NAME_PATTERN } from '../../core/names.ts';
import { RESTART_POLICIES } from '../../core/restart-policy.ts';
import { amount, checked, choice, count, listOf, mapWith, oneOrMore, variables, word, type Complaint } from '../yaml/fields.ts';
import { agentRulesSchema } from '../alerts/alerts-schema.ts';
import { checkpointPlanSchema } from '../yaml/checkpoint-plan.ts';
import { command } from '../yaml/command-schema.ts';
import { agentHookSchema } from '../yaml/hook-schema.ts';
import { limitsSchema } from '../yaml/limits-schema.ts';
import { recoverySchema } from '../yaml/recovery-schema.ts';
import { healthSchema } from './health-schema.ts';

/** What a dependency must have reached. */
const CONDITIONS = ['started', 'healthy', 'completed'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Most instances of one entry, as `spawn --count`. */
const MAX_INSTANCES = 1000;

/** `spawn --prompt` takes as much: what fits into one argument of a process. */
export const MAX_PROMPT_BYTES = 120_000;

const name = checked(z.string(), complainOfName).check(z.meta({ pattern: NAME_PATTERN.source }));

const prompt = checked(word('What the agent is asked first.'), (value) =>
  Buffer.byteLength(value) > MAX_PROMPT_BYTES ? { is: 'is too long', hint: `at most ${MAX_PROMPT_BYTES / 1000} kB` } : undefined,
);

const claimed = checked(word('A path or a glob, from the folder of the agent: src/api/**.'), (value) =>
  value.startsWith('/') || value.split('/').includes('..') ? { is: "leads out of the agent's folder", hint: 'name it relative to that folder' } : undefined,
);

const worktreeFields = {
  branch: z.optional(word('The branch. Default: muxward/NAME.')),
  base: z.optional(word('What a new branch starts from. Default: what is checked out.')),
  copy: z.optional(oneOrMore(inside('A file that git does not have; globs.'), 'a path, or a list of them', 'Copied into the worktree: .env and the like, relative to the top of the repository.')),
  link: z.optional(oneOrMore(inside('A file or folder that git does not have; globs.'), 'a path, or a list of them', 'As copy, by a symbolic link: node_modules and the like.')),
  setup: z.optional(oneOrMore(word('Run by sh -c.'), 'a command, or a list of them', 'Commands that run in the new worktree before the agent starts.')),
} as const;

const worktree = z
  .union(
    [z.boolean({ error: 'true or false' }), word('The branch.'), mapWith(worktreeFields, 'a map such as {copy: .env}', 'How it is made.')],
    { error: 'true, a branch, or a map such as {copy: .env, link: node_modules, setup: npm ci}' },
  )
  .check(z.describe('The agent works in a git worktree of its own.'));

/** What both an entry and `defaults:` may say. */
const agentFields = {
  type: z.optional(word('worker (any command), claude-code, monitor, or a terminal template. Default: worker where there is a command, otherwise claude-code.')),
  command: z.optional(command),
  cwd: z.optional(word('The working folder, relative to this file. Default: the folder of this file.')),
  env: z.optional(variables('Environment variables, on top of those of whoever runs `up`.')),
  env_file: z.optional(oneOrMore(word('A file of NAME=value lines.'), 'a file, or a list of files', 'Files of NAME=value lines, relative to this file; env wins over them.')),
  prompt: z.optional(prompt),
  prompt_file: z.optional(word('A file that holds the prompt, relative to this file.')),
  model: z.optional(word('The model, for types that have one.')),
  permission_mode: z.optional(word('The permission mode, for types that have one.')),
  role: z.optional(word('A role template.')),
  labels: z.optional(
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: 'a text' }), { error: 'a map such as {team: core}' }).check(
      z.describe('Labels, to select agents by.'),
    ),
  ),
  capabilities: z.optional(oneOrMore(word('A capability.'), 'a capability, or a list of them', 'What the agent can do, for others that look for help.')),
  restart: z.optional(choice(RESTART_POLICIES, 'When it is run again by itself. Default on-failure.')),
  max_restarts: z.optional(count('Restarts within 10 minutes before it counts as failed. Default 3.', { min: 0, max: 1000 })),
  health: z.optional(healthSchema),
  recovery: z.optional(recoverySchema),
  limits: z.optional(limitsSchema),
  worktree: z.optional(worktree),
  checkpoint: z.optional(checkpointPlanSchema),
  claims: z.optional(oneOrMore(claimed, 'a pattern, or a list of them', 'Paths in its folder that others who work there shall leave alone.')),
  headless: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('Claude Code without its screen: a turn for each prompt.'))),
  exit_when_done: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('With headless: ends after the last turn.'))),
  budget: z.optional(amount('US dollars that Claude Code may cost before it is paused.')),
  trust: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('Claude Code may work in the folder without asking whether you trust it.'))),
  allow_tools: z.optional(oneOrMore(word('A rule of Claude Code, such as Edit or Bash(npm test:*).'), 'a rule, or a list of them', 'Tools that Claude Code may use without asking.')),
  mcp_config: z.optional(oneOrMore(word('A JSON file with mcpServers.'), 'a file, or a list of files', 'MCP servers of Claude Code, relative to this file.')),
  hooks: z.optional(listOf(agentHookSchema, 'a list of hooks', 'Commands that run when something happens to this agent.')),
  alerts: z.optional(agentRulesSchema),
} as const;

/** `depends_on:`, as a list or with conditions. */
export const dependsOnSchema = z
  .union(
    [
      z.array(word('The name of another agent of this file.'), { error: 'a list of agents' }),
      z.record(z.string(), choice(CONDITIONS, 'started: its process runs. healthy: its health check passed. completed: it exited with 0.')),
    ],
    { error: 'a list of agents such as [db], or a map such as {db: healthy}' },
  )
  .check(z.describe('Agents of this file that must have started, be healthy or have completed before this one starts.'));

const agentEntry = mapWith(
  {
    ...agentFields,
    instances: z.optional(count('So many of it, called NAME-1 to NAME-N; ${INSTANCE} is the number.', { min: 1, max: MAX_INSTANCES })),
    depends_on: z.optional(dependsOnSchema),
  },
  'a map of agent fields',
  'One agent.',
);

export const projectSchema = mapWith(
  {
    project: z.optional(checked(word('The name of the project. Default: the name of the folder.'), complainOfName)),
    variables: z.optional(variables('Values for ${NAME}. They win over the environment; let it have a say with ${NAME:-value}.')),
    defaults: z.optional(mapWith(agentFields, 'a map of agent fields', 'Fields for every agent that does not say otherwise.')),
    agents: z.record(name, agentEntry, { error: 'a map of names to agents' }).check(z.describe('The agents, by name.')),
  },
  'a map with agents: in it',
  'Agents of a project, for `muxward up`.',
);

export type ProjectFile = z.output<typeof projectSchema>;
export type AgentEntry = ProjectFile['agents'][string];
export type AgentFields = NonNullable<ProjectFile['defaults']>;

/** A path that stays within the repository. */
function inside(description: string) {
  return checked(word(description), (value) =>
    value.startsWith('/') || value.split('/').includes('..') ? { is: 'leads out of the repository', hint: 'name it relative to the top of the repository' } : undefined,
  );
}

function complainOfName(value: string): Complaint | undefined {
  try {
    checkName(value);
    return undefined;
  } catch (error) {
    return { is: 'is no name', hint: (error instanceof MuxwardError ? error.hint : undefined) ?? 'letters, digits, - and _' };
  }
}
