/** One entry of `muxward.yaml`, with its defaults, becomes one agent: files are read, units become numbers. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parsePattern } from '../../core/claim.ts';
import type { Limits } from '../../core/limits.ts';
import type { RestartPolicy } from '../../core/restart-policy.ts';
import { agentRulesFrom } from '../alerts/alerts-from.ts';
import { CLAUDE_PERMISSION_MODES } from '../agent-type-names.ts';
import type { AgentDefaults } from '../settings-defaults.ts';
import { commandWords } from '../yaml/command-schema.ts';
import { checkpointPlanFrom } from '../yaml/checkpoint-plan.ts';
import { notOneOf, type Complaint } from '../yaml/fields.ts';
import { hookFrom } from '../yaml/hook-schema.ts';
import { limitsFrom } from '../yaml/limits-schema.ts';
import { recoveryFrom } from '../yaml/recovery-schema.ts';
import { number } from '../yaml/written-values.ts';
import { readEnvFile } from './env-file.ts';
import { fingerprint } from './fingerprint.ts';
import { healthOf, withInterval, type SaidHealth } from './health-fields.ts';
import type { DeclaredAgent } from './project.ts';
import { MAX_PROMPT_BYTES, type AgentEntry } from './schema.ts';

export interface Surroundings {
  readonly project: string;
  readonly folder: string;
  readonly types: readonly string[];
  readonly defaults: AgentDefaults;
  /** A variable's value as it was written. */
  readonly textOf: (value: string | number | boolean | null, field: 'env' | 'labels', key: string) => string;
  /** What the file says there: what a variable holds may be a secret. */
  readonly written: (field: keyof AgentEntry) => string;
  /** `inside`: what in a field's list or map is meant. */
  readonly report: (field: keyof AgentEntry, complaint: Complaint, inside?: string | number) => void;
}

type Resolved = Omit<DeclaredAgent, 'entry' | 'needs'>;

/** Fields that mean nothing to these types. From `defaults:` they are passed over, in an entry of its own they are a mistake. */
const TALK = ['prompt', 'prompt_file', 'model', 'permission_mode', 'headless', 'budget', 'trust', 'allow_tools', 'mcp_config'] as const;

export function reportUselessFields(own: AgentEntry, type: string, report: Surroundings['report']): void {
  if (type !== 'claude-code' && own.checkpoint?.turns !== undefined) {
    report('checkpoint', { is: `an agent of type ${type} has no turns`, hint: 'they are those of claude-code; every so often: {every: 10m}' }, 'turns');
  }
  if (type !== 'worker' && type !== 'monitor') return;
  for (const field of TALK) {
    if (own[field] === undefined) continue;
    report(field, { is: `an agent of type ${type} takes no ${field}`, hint: 'it is for claude-code and terminal templates: say which with type:' });
  }
}

/** Reports all that is wrong; what it returns is meant for use only where nothing was reported. */
export function resolveAgent(name: string, entry: AgentEntry, around: Surroundings): Resolved {
  const command = commandOf(entry);
  const type = typeOf(entry, command, around);
  const talks = type !== 'worker' && type !== 'monitor';
  const said = {
    type,
    command,
    cwd: folderOf(entry, around),
    env: { ...envFromFiles(entry, around), ...ownEnv(entry, around) },
    prompt: talks ? promptOf(entry, around) : null,
    model: talks ? (entry.model ?? null) : null,
    permissionMode: talks ? permissionModeOf(entry, type, around) : null,
    role: entry.role ?? null,
    labels: Object.fromEntries(Object.entries(entry.labels ?? {}).map(([key, value]) => [key, around.textOf(value, 'labels', key)])),
    capabilities: [entry.capabilities ?? []].flat(),
    ...worktreeOf(entry),
    ...(entry.checkpoint === undefined ? {} : { checkpoint: checkpointPlanFrom(entry.checkpoint) }),
    ...(entry.claims === undefined ? {} : { claims: [...new Set([entry.claims].flat().map(parsePattern))] }),
    ...(talks ? launchOf(entry, around) : {}),
    hooks: (entry.hooks ?? []).map((hook) => hookFrom(hook)),
    ...claudeOf(entry, type, around),
    ...(entry.alerts === undefined ? {} : { alerts: agentRulesFrom(entry.alerts) }),
  };
  const life = { restart: entry.restart, maxRestarts: number(entry.max_restarts), health: healthOf(entry.health), recovery: entry.recovery, limits: limitsFrom(entry.limits) };
  return {
    ...said,
    name,
    ...withDefaults(said, life, around.defaults),
    declaredAs: fingerprint({ project: around.project, ...said, ...life }),
  };
}

interface Life {
  readonly restart: string | undefined;
  readonly maxRestarts: number | undefined;
  readonly health: SaidHealth;
  readonly recovery: AgentEntry['recovery'];
  readonly limits: Partial<Limits>;
}

function withDefaults(said: Pick<Resolved, 'model' | 'permissionMode'>, life: Life, defaults: AgentDefaults) {
  return {
    model: said.model ?? defaults.model,
    permissionMode: said.permissionMode ?? defaults.permissionMode,
    restart: {
      ...defaults.restart,
      policy: (life.restart as RestartPolicy | undefined) ?? defaults.restart.policy,
      maxRestarts: life.maxRestarts ?? defaults.restart.maxRestarts,
    },
    health: withInterval(life.health, defaults.healthIntervalMs),
    recovery: recoveryFrom(life.recovery, defaults.recovery),
    limits: { ...defaults.limits, ...life.limits, ...actionsOf(defaults.limits, life.limits) },
  };
}

function claudeOf(entry: AgentEntry, type: string, { report }: Surroundings): Pick<Resolved, 'headless' | 'budgetUsd'> {
  const { headless, exit_when_done: exitWhenDone, budget } = entry;
  if (type !== 'claude-code') return {};
  if (exitWhenDone === true && headless !== true) report('exit_when_done', { is: 'an interactive agent is never done', hint: 'add headless: true' });
  return {
    ...(headless === true ? { headless: { exitWhenDone: exitWhenDone === true } } : {}),
    ...(budget === undefined ? {} : { budgetUsd: Number(budget) }),
  };
}

function commandOf({ command }: AgentEntry): readonly string[] {
  return command === undefined ? [] : commandWords(command);
}

function typeOf(entry: AgentEntry, command: readonly string[], { types, report, written }: Surroundings): string {
  const type = entry.type ?? (command.length > 0 ? 'worker' : 'claude-code');
  const complaint = notOneOf(type, types);
  if (complaint !== undefined) report('type', { ...complaint, is: `"${written('type')}" is no type of agent` });
  if (type === 'worker' && command.length === 0) {
    report('type', { is: 'a worker needs a command', hint: 'add command:, for example command: node server.js' });
  }
  return type;
}

function folderOf({ cwd }: AgentEntry, { folder, report }: Surroundings): string {
  const absolute = path.resolve(folder, cwd ?? '.');
  const kind = statSync(absolute, { throwIfNoEntry: false });
  const hint = 'make the folder first, or name another; it is relative to the file';
  if (kind === undefined) report('cwd', { is: `there is no folder ${absolute}`, hint });
  else if (!kind.isDirectory()) report('cwd', { is: `${absolute} is no folder`, hint });
  return absolute;
}

function envFromFiles({ env_file: files = [] }: AgentEntry, { folder, report }: Surroundings): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [i, file] of [files].flat().entries()) {
    const inside = typeof files === 'string' ? undefined : i;
    const outcome = readEnvFile(path.resolve(folder, file));
    if (outcome.kind === 'read') Object.assign(values, outcome.values);
    else if (outcome.kind === 'missing') report('env_file', { is: `there is no file ${file}`, hint: 'it is relative to the file that names it' }, inside);
    else if (outcome.kind === 'unreadable') report('env_file', { is: `${file} cannot be read (${outcome.code})`, hint: 'look at its permissions' }, inside);
    else report('env_file', { is: `line ${outcome.line} of ${file} is no NAME=value`, hint: 'write NAME=value, or # before a comment' }, inside);
  }
  return values;
}

/** A name without a value adds nothing: the agent has the caller's environment anyway. */
function ownEnv({ env = {} }: AgentEntry, { textOf, report }: Surroundings): Record<string, string> {
  for (const name of Object.keys(env).filter((each) => each.startsWith('MUXWARD_'))) {
    report('env', { is: `${name} is set by muxward itself`, hint: 'choose a name that does not begin with MUXWARD_' }, name);
  }
  const named = Object.entries(env).filter(([, value]) => value !== null);
  return Object.fromEntries(named.map(([key, value]) => [key, textOf(value, 'env', key)]));
}

function promptOf(entry: AgentEntry, { folder, report }: Surroundings): string | null {
  if (entry.prompt_file === undefined) return entry.prompt ?? null;
  if (entry.prompt !== undefined) report('prompt_file', { is: 'there is a prompt: too', hint: 'keep one of prompt and prompt_file' });
  try {
    const text = readFileSync(path.resolve(folder, entry.prompt_file), 'utf8');
    if (Buffer.byteLength(text) > MAX_PROMPT_BYTES) {
      report('prompt_file', { is: `${entry.prompt_file} is too long`, hint: `at most ${MAX_PROMPT_BYTES / 1000} kB: name a file in the prompt instead` });
    }
    return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const is = code === 'ENOENT' ? `there is no file ${entry.prompt_file}` : `${entry.prompt_file} cannot be read (${code})`;
    report('prompt_file', { is, hint: 'it is relative to the file that names it' });
    return null;
  }
}

function permissionModeOf({ permission_mode: mode }: AgentEntry, type: string, { report, written }: Surroundings): string | null {
  if (mode === undefined) return null;
  const complaint = type === 'claude-code' ? notOneOf(mode, CLAUDE_PERMISSION_MODES) : undefined;
  if (complaint !== undefined) report('permission_mode', { ...complaint, is: `"${written('permission_mode')}" is no permission mode` });
  return mode;
}

/** Nothing at all where there is none: what an agent without one was declared as stays the same. */
function launchOf({ trust, allow_tools: tools, mcp_config: files }: AgentEntry, { folder }: Surroundings): Pick<Resolved, 'trust' | 'allowedTools' | 'mcpConfigs'> {
  return {
    ...(trust === true ? { trust } : {}),
    ...(tools === undefined ? {} : { allowedTools: [tools].flat() }),
    ...(files === undefined ? {} : { mcpConfigs: [files].flat().map((file) => path.resolve(folder, file)) }),
  };
}

function worktreeOf({ worktree = false }: AgentEntry): Pick<Resolved, 'worktree'> {
  if (worktree === false) return {};
  const { branch, base, copy = [], link = [], setup = [] } = worktree === true ? {} : typeof worktree === 'string' ? { branch: worktree } : worktree;
  return { worktree: { branch: branch ?? null, base: base ?? null, copy: [copy].flat(), link: [link].flat(), setup: [setup].flat() } };
}

function actionsOf(defaults: Limits, said: Partial<Limits>): Pick<Limits, 'actions'> {
  return defaults.actions || said.actions ? { actions: { ...defaults.actions, ...said.actions } } : {};
}
