/**
 * From what a user says about an agent (flags of `spawn`, an entry of `muxward.yaml`) and the caller's surroundings
 * to the specification that the daemon starts it from. Everything is checked here, before anything is started.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { AgentSpec } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { checkName, printable, suggest } from '../core/names.ts';
import { DEFAULT_RECOVERY, type RecoverySettings } from '../core/recovery.ts';
import { RESTART_POLICIES, type RestartPolicy, type RestartSettings } from '../core/restart-policy.ts';
import { findProgram } from '../config/find-program.ts';
import type { AgentDefaults } from '../config/settings-defaults.ts';
import { specCheckpoint, type CheckpointFlags } from './spec-checkpoint.ts';
import { specClaims } from './spec-claims.ts';
import { specClaude, type ClaudeFlags } from './spec-claude.ts';
import { specEnvironment } from './spec-environment.ts';
import { specHealth, type HealthFlags } from './spec-health.ts';
import { specLaunch, type LaunchFlags } from './spec-launch.ts';
import { specLimits, type LimitFlags } from './spec-limits.ts';
import { specPrompt } from './spec-prompt.ts';
import { specWorktree, type WorktreeFlags } from './spec-worktree.ts';

/** What can be said about an agent, as written: nothing is checked yet. The keys are those of `spawn`'s options. */
export interface SpecFlags extends HealthFlags, LimitFlags, WorktreeFlags, ClaudeFlags, LaunchFlags, CheckpointFlags {
  readonly type?: string;
  readonly project?: string;
  readonly label?: readonly string[];
  readonly capability?: readonly string[];
  readonly cwd?: string;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly model?: string;
  readonly permissionMode?: string;
  readonly role?: string;
  readonly restart?: string;
  readonly maxRestarts?: string;
  readonly claim?: readonly string[];
}

/** Where the agent comes from: its process starts as if the caller had started it. */
export interface Caller {
  readonly env: NodeJS.ProcessEnv;
  /** Absolute: relative paths in flags start here. */
  readonly cwd: string;
  readonly umask: number;
  readonly defaults: AgentDefaults;
  /** All types of this installation; asked only for one that is not built in. */
  readonly types: () => readonly string[];
}

export const BUILT_IN_TYPES = ['claude-code', 'worker', 'monitor'] as const;

/**
 * @param command program and arguments, undefined where none was given
 * @throws MuxwardError `usage` that names the flag and says what is valid.
 */
export async function agentSpec(
  name: string,
  flags: SpecFlags,
  command: readonly string[] | undefined,
  caller: Caller,
): Promise<AgentSpec> {
  checkName(name);
  const worktree = specWorktree(flags);
  const type = specType(flags, command, caller.types);
  const cwd = specFolder(flags.cwd, caller.cwd);
  const env = await specEnvironment(flags, caller);
  const { defaults } = caller;
  refuseUselessFlags(type, flags);
  return {
    name,
    type,
    project: flags.project === undefined ? null : checkProject(flags.project),
    labels: labelsOf(flags.label ?? []),
    capabilities: flags.capability ?? [],
    cwd,
    command: specCommand(type, command, env, cwd),
    env,
    umask: caller.umask,
    prompt: await specPrompt(flags, caller.cwd),
    model: flags.model ?? defaults.model,
    permissionMode: flags.permissionMode ?? defaults.permissionMode,
    role: flags.role ?? null,
    restart: specRestart(flags, defaults.restart),
    health: specHealth(flags, defaults.healthIntervalMs),
    ...specRecovery(defaults.recovery, env, cwd),
    limits: specLimits(flags, defaults.limits),
    declaredAs: null,
    ...(worktree === undefined ? {} : { worktree }),
    ...specCheckpoint(type, flags),
    ...(await specClaims(flags)),
    ...specClaude(type, flags),
    ...specLaunch(type, flags, caller.cwd),
  };
}

/** `k=v` words as a map. @throws MuxwardError `usage`. */
export function labelsOf(words: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new MuxwardError('usage', `--label: "${printable(word)}" is no label`, { hint: 'KEY=VALUE, for example --label team=web' });
    labels[word.slice(0, at)] = word.slice(at + 1);
  }
  return labels;
}

function specType(flags: SpecFlags, command: readonly string[] | undefined, types: Caller['types']): string {
  if (flags.type === undefined) return command === undefined ? 'claude-code' : 'worker';
  if ((BUILT_IN_TYPES as readonly string[]).includes(flags.type)) return flags.type;
  const known = types();
  if (known.includes(flags.type)) return flags.type;
  const near = suggest(flags.type, known);
  throw new MuxwardError('usage', `--type: "${printable(flags.type)}" is no type of agent`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}Types here: ${known.join(', ')}`,
  });
}

/** @throws MuxwardError `usage` where the folder is none. */
function specFolder(folder: string | undefined, callerCwd: string): string {
  const absolute = path.resolve(callerCwd, folder ?? '.');
  if (fs.statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return absolute;
  const what = fs.existsSync(absolute) ? 'is no folder' : 'is not there';
  throw new MuxwardError('usage', `--cwd: ${printable(absolute)} ${what}`, {
    hint: `name a folder that exists, or make it: mkdir -p ${printable(absolute)}`,
  });
}

function specCommand(type: string, command: readonly string[] | undefined, env: Readonly<Record<string, string>>, cwd: string): string[] {
  const [program, ...rest] = command ?? [];
  if (program !== undefined) return [findCommand(program, env['PATH'], cwd), ...rest];
  if (type === 'worker' || command !== undefined) {
    throw new MuxwardError('usage', 'a worker needs a command to run', { hint: 'muxward spawn NAME -- COMMAND [ARG]...' });
  }
  if (type !== 'claude-code') return [];
  const claude = findProgram('claude', env['PATH'], cwd);
  if (claude !== undefined) return [claude];
  throw new MuxwardError('usage', 'claude was not found on your PATH', {
    hint: 'npm install -g @anthropic-ai/claude-code; or name another program: muxward spawn NAME -- COMMAND',
  });
}

/**
 * What follows ends beyond restarts, with the program that is failed over to as found on the agent's PATH; nothing
 * where all is as by default.
 * @throws MuxwardError `usage` where there is no such program.
 */
export function specRecovery(recovery: RecoverySettings, env: Readonly<Record<string, string>>, cwd: string): Pick<AgentSpec, 'recovery'> {
  if (recovery === DEFAULT_RECOVERY) return {};
  const [program, ...rest] = recovery.failover?.command ?? [];
  if (program === undefined) return { recovery };
  const search = recovery.failover?.env?.['PATH'] ?? env['PATH'];
  return { recovery: { ...recovery, failover: { ...recovery.failover, command: [findCommand(program, search, cwd), ...rest] } } };
}

function findCommand(program: string, search: string | undefined, cwd: string): string {
  const found = findProgram(program, search, cwd);
  if (found !== undefined) return found;
  if (!program.includes('/')) {
    throw new MuxwardError('usage', `the command ${printable(program) || '""'} was not found on your PATH`, {
      hint: 'look for a slip of the finger, install it, or give its path',
    });
  }
  const absolute = path.resolve(cwd, program);
  const info = fs.statSync(absolute, { throwIfNoEntry: false });
  if (info === undefined) {
    throw new MuxwardError('usage', `the command ${printable(absolute)} is not there`, {
      hint: 'a path that does not begin with / starts at --cwd, or at the current folder',
    });
  }
  throw new MuxwardError('usage', `the command ${printable(absolute)} cannot be executed`, {
    hint: info.isDirectory() ? 'it is a folder' : `chmod +x ${printable(absolute)}, or name its interpreter: -- sh ${printable(program)}`,
  });
}

function specRestart({ restart, maxRestarts }: SpecFlags, defaults: RestartSettings): RestartSettings {
  return {
    ...defaults,
    policy: restart === undefined ? defaults.policy : restartPolicy(restart),
    maxRestarts: maxRestarts === undefined ? defaults.maxRestarts : maxRestartsOf(maxRestarts),
  };
}

function restartPolicy(text: string): RestartPolicy {
  const policy = RESTART_POLICIES.find((known) => known === text);
  if (policy !== undefined) return policy;
  const near = suggest(text, RESTART_POLICIES);
  throw new MuxwardError('usage', `--restart: "${printable(text)}" is no restart policy`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${RESTART_POLICIES.join(', ')}`,
  });
}

function maxRestartsOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new MuxwardError('usage', `--max-restarts: "${printable(text)}" is no number of restarts`, {
    hint: 'a whole number from 0, for example --max-restarts 3',
  });
}

function checkProject(project: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(project)) return project;
  throw new MuxwardError('usage', `--project: "${printable(project)}" is no name for a project`, {
    hint: 'letters, digits, - . and _, beginning with a letter or digit, at most 63',
  });
}

/** A flag that would be ignored is a misunderstanding, and better cleared up than passed over. */
function refuseUselessFlags(type: string, flags: SpecFlags): void {
  if (type !== 'worker' && type !== 'monitor') return;
  const useless = (['prompt', 'promptFile', 'model', 'permissionMode'] as const).find((key) => flags[key] !== undefined);
  if (useless === undefined) return;
  const flag = `--${useless.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new MuxwardError('usage', `${flag}: an agent of type ${type} takes none`, {
    hint: 'it is for claude-code and terminal templates: say which with --type',
  });
}
