/** `spawn` and `up`: checks everything before anything is started, then starts all in one go. */
import fs from 'node:fs';
import type { Agent, AgentSpec } from '../../core/agent.ts';
import type { EndKind } from '../../core/end.ts';
import { MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import type { SpawnRequest } from '../../core/protocol.ts';
import { NO_RESTARTS } from '../../core/restart-policy.ts';
import { isLive } from '../../core/state.ts';
import { toAgent, type ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';

/** Ends that come before the program's own first step. */
const NEVER_RAN: ReadonlySet<EndKind> = new Set<EndKind>(['spawn-failed', 'missing-cwd', 'lost']);

/** Replies when each process runs. @throws MuxwardError before anything is started, or `spawn-failed` after. */
export async function spawn(daemon: Daemon, request: SpawnRequest): Promise<{ agents: Agent[] }> {
  const specs = allSpecs(request);
  await checkAll(daemon, specs, request.replace ?? false);
  const changed = specs.map((spec) => daemon.registry.find(spec.name)).filter((agent) => agent !== undefined);
  await Promise.all(changed.map((agent) => makeRoom(daemon, agent)));
  const placed = daemon.worktrees.concerns(specs) ? await daemon.worktrees.place(specs) : null;
  const agents = (placed?.specs ?? specs).map((spec) => define(daemon, spec));
  await daemon.launcher.launch(agents, 'starting, as you asked');
  placed?.keep();
  const failed = agents.filter(({ record }) => record.exit !== null && NEVER_RAN.has(record.exit.kind));
  if (failed.length > 0) throw spawnFailed(failed);
  return { agents: agents.map(toAgent) };
}

function allSpecs({ specs, alsoNamed = [] }: SpawnRequest): AgentSpec[] {
  const last = specs.at(-1);
  if (last === undefined) return [];
  const branch = last.worktree?.branch ?? null;
  if (alsoNamed.length === 0 || last.worktree === undefined || branch === null) return [...specs, ...alsoNamed.map((name) => ({ ...last, name }))];
  // A branch is checked out once: each gets one of its own, numbered as the agents are.
  const { worktree } = last;
  const numbered = [last.name, ...alsoNamed].map((name, i) => ({ ...last, name, worktree: { ...worktree, branch: `${branch}-${i + 1}` } }));
  return [...specs.slice(0, -1), ...numbered];
}

function define({ registry }: Daemon, spec: AgentSpec): ManagedAgent {
  const known = registry.find(spec.name);
  if (!known) return registry.add(spec);
  registry.respecify(known, spec);
  registry.patch(known, { wish: 'run', restarts: 0, restartedAt: [], restartsInARow: 0, sessionId: null, rolledBack: false, failedOver: false });
  known.memory = NO_RESTARTS;
  return known;
}

async function makeRoom({ lifecycle, settings }: Daemon, agent: ManagedAgent): Promise<void> {
  if (!isLive(agent.record.state)) return;
  await lifecycle.stop(agent, { graceMs: settings.stopGraceMs, force: false, next: 'stay-down' });
}

async function checkAll(daemon: Daemon, specs: readonly AgentSpec[], replace: boolean): Promise<void> {
  const seen = new Set<string>();
  const folders = new Set<string>();
  const programs = new Set<string>();
  for (const spec of specs) {
    checkName(spec.name);
    if (seen.has(spec.name)) throw new MuxwardError('usage', `two agents are called "${spec.name}"`, { hint: 'a name is given once' });
    seen.add(spec.name);
    const known = daemon.registry.find(spec.name);
    if (known && isLive(known.record.state) && !replace) throw taken(known);
    folders.add(spec.cwd);
    const [program] = spec.command;
    if (program !== undefined) programs.add(program);
  }
  daemon.claims.check(specs);
  for (const spec of specs) if (spec.role !== null) checkTakesRole(spec);
  for (const folder of folders) checkFolder(folder);
  for (const program of programs) checkProgram(program);
  for (const spec of distinctKinds(specs)) await daemon.launcher.check({ spec });
}

/** Agents of one `--count` differ in nothing that a type looks at. */
function distinctKinds(specs: readonly AgentSpec[]): AgentSpec[] {
  const keyOf = ({ type, command, prompt, permissionMode }: AgentSpec): string => JSON.stringify([type, command, prompt, permissionMode]);
  const kinds = new Map(specs.map((spec) => [keyOf(spec), spec]));
  return [...kinds.values()];
}

function checkTakesRole({ name, type }: AgentSpec): void {
  if (type === 'claude-code') return;
  throw new MuxwardError('usage', `--role: ${name} is a ${type}, which takes no role`, { hint: 'only --type claude-code does' });
}

function taken({ spec, record }: ManagedAgent): MuxwardError {
  return new MuxwardError('conflict', `an agent called "${spec.name}" is there already (${record.state})`, {
    hint: `muxward restart ${spec.name}, or end it first: muxward rm --force ${spec.name}`,
  });
}

function checkFolder(folder: string): void {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new MuxwardError('usage', `--cwd: there is no folder ${folder}`, { hint: 'create it, or name another one' });
}

function checkProgram(program: string): void {
  try {
    fs.accessSync(program, fs.constants.X_OK);
  } catch {
    throw new MuxwardError('usage', `there is no program ${program} to run`, { hint: 'name it by its full path' });
  }
}

function spawnFailed(failed: readonly ManagedAgent[]): MuxwardError {
  const [first] = failed;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  const name = first?.spec.name;
  const waits = first !== undefined && isLive(first.record.state);
  return new MuxwardError('spawn-failed', `${name} could not be started: ${first?.record.reason}${more}`, {
    hint: waits ? `it is tried again until it runs, or: muxward stop ${name}` : `muxward logs ${name}`,
  });
}
