/**
 * The private files from which the wrapper starts an agent: `env` and `args` as POSIX sh, so that neither a secret nor
 * a long prompt is ever on a command line, and `spec.json`, from which a lost state can be made again.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { AgentSpec } from '../core/agent.ts';
import { needsHeartbeat } from '../core/health.ts';
import { holdsCpu } from '../core/kernel-limits.ts';
import { actionOf } from '../core/limits.ts';
import { heartbeatPath, runPaths, type HomePaths } from '../config/paths.ts';
import { makePrivateFolder } from '../config/private-folder.ts';
import { writePrivateFile } from '../system/secure-files.ts';
import { quote } from '../system/sh-quote.ts';
import type { LaunchPlan } from '../agents/agent-type.ts';
import type { AgentCgroup } from './managed-agent.ts';

/** Set by tmux or by the wrapper: a caller's own value would be a lie in the pane. */
const NOT_INHERITED = new Set(['TERM', 'TMUX', 'TMUX_PANE', 'MUXWARD_HOME', 'MUXWARD_AGENT', 'MUXWARD_GENERATION', 'PWD', 'OLDPWD', 'SHLVL', '_']);

type Variables = Readonly<Record<string, string>>;

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Writes what one start needs. Files that another agent of the same request already has to the letter are linked, not
 * written: 200 agents of one `spawn --count` share two files.
 */
export class RunFiles {
  readonly #paths: HomePaths;
  /** Content of the last file of each kind, and where it lies. */
  readonly #last = new Map<'env' | 'args', { content: string; file: string }>();

  /** The last one, and what it was made of. */
  #env: { readonly parts: readonly (Variables | undefined)[]; readonly content: string } | null = null;

  constructor(paths: HomePaths) {
    this.#paths = paths;
  }

  /** @throws MuxwardError `storage` */
  write(spec: AgentSpec, plan: LaunchPlan, cgroup: AgentCgroup | null): void {
    const paths = runPaths(this.#paths, spec.name);
    makePrivateFolder(paths.folder);
    // Only where it is waited for: the same for all, it can be shared.
    const heartbeat = needsHeartbeat(spec.health) ? { MUXWARD_HEARTBEAT: heartbeatPath(this.#paths, spec.name) } : undefined;
    this.#put('env', paths.env, this.#envFile([spec.env, plan.env, heartbeat]));
    this.#put('args', paths.args, argsFile(spec, plan, cgroup));
    for (const [name, content] of Object.entries(plan.files ?? {})) writePrivateFile(path.join(paths.folder, name), content);
    if (!plan.hasHooks) return;
    makePrivateFolder(paths.hooks);
    // What an earlier process asked, nobody asks any more.
    fs.rmSync(paths.answers, { recursive: true, force: true });
    makePrivateFolder(paths.answers);
  }

  /** Those of one `spawn --count` have the very same variables. */
  #envFile(parts: readonly (Variables | undefined)[]): string {
    if (this.#env !== null && parts.every((part, i) => part === this.#env?.parts[i])) return this.#env.content;
    const content = envFile(Object.assign({}, ...parts));
    this.#env = { parts, content };
    return content;
  }

  /** Keeps the specification beside them; nothing needs it to start. */
  keep(spec: AgentSpec): void {
    writePrivateFile(runPaths(this.#paths, spec.name).spec, JSON.stringify(spec));
  }

  /** Ends the sharing of files: what comes later is written anew. */
  forget(): void {
    this.#last.clear();
    this.#env = null;
  }

  #put(kind: 'env' | 'args', file: string, content: string): void {
    const last = this.#last.get(kind);
    if (last?.content === content && last.file !== file && link(last.file, file)) return;
    writePrivateFile(file, content);
    this.#last.set(kind, { content, file });
  }
}

function envFile(env: Variables): string {
  return Object.entries(env)
    .filter(([name]) => VARIABLE_NAME.test(name) && !NOT_INHERITED.has(name))
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
}

function argsFile(spec: AgentSpec, plan: LaunchPlan, cgroup: AgentCgroup | null): string {
  const umask = spec.umask.toString(8).padStart(3, '0');
  return `${limitLines(spec, cgroup)}umask ${umask}\ncwd=${quote(spec.cwd)}\nset -- ${plan.argv.map(quote).join(' ')}\n`;
}

/** The shell that reads them enters the agent's control group, and all that it starts is born there. */
function limitLines({ limits }: AgentSpec, cgroup: AgentCgroup | null): string {
  // Set where throttling may stop it: the wrapper must not see that.
  const isThrottled = limits.cpu !== null && actionOf(limits, 'cpu') === 'throttle';
  if (cgroup === null) return isThrottled ? 'mw_apart=1\n' : '';
  const enter = `{ echo 0 >${quote(`${cgroup.folder}/cgroup.procs`)}; } 2>/dev/null`;
  if (!isThrottled) return `${enter} || :\n`;
  return holdsCpu(limits, cgroup.controllers) ? `${enter} || mw_apart=1\n` : `${enter} || :\nmw_apart=1\n`;
}

/** False where there is a file already, or none can be linked: then it is written. */
function link(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}
