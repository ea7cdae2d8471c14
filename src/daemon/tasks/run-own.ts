/** Runs a task as an agent of its own, named by the task: a command, or a headless Claude Code. It survives the daemon as every agent does. */
import path from 'node:path';
import { findProgram } from '../../config/find-program.ts';
import { makePrivateFolder } from '../../config/private-folder.ts';
import { logPath, runFolder } from '../../config/paths.ts';
import type { AgentSpec } from '../../core/agent.ts';
import { describeEnd } from '../../core/end.ts';
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import { isLive } from '../../core/state.ts';
import { progressAt } from '../../core/task.ts';
import { writePrivateFile } from '../../system/secure-files.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { cancelled, type RunEnd, type RunPorts } from './run-ports.ts';
import { followProgress, outputOf } from './task-log.ts';
import type { TaskLaunch, TaskRecord } from './task-record.ts';

const HEADLESS_TYPE = 'claude-code';

/** Resolves when nothing of it runs any more; called again by the next daemon, it follows what is there. */
export async function runOwn(ports: RunPorts, record: TaskRecord): Promise<RunEnd> {
  const { registry, paths, book } = ports;
  const agent = registry.find(record.id) ?? (await start(ports, record));
  const log = logPath(paths, record.id);
  const endProgress = followProgress(registry.clock, log, record.rest.logFrom, (told) => {
    book.change(record, { task: { progress: progressAt(told, record.task.startedAt, registry.clock.now()) } });
  });
  if (record.rest.ending !== null) await stopOwn(ports, record);
  const isDown = (): boolean => !isLive(agent.record.state) || registry.find(record.id) !== agent;
  await registry.until(isDown, null);
  await agent.draining;
  endProgress();
  return endOf(ports, record, agent, outputOf(log, record.rest.logFrom));
}

/** Ends its process. Nothing where none is there. */
export async function stopOwn({ registry, lifecycle, settings }: RunPorts, { id }: TaskRecord): Promise<void> {
  const agent = registry.find(id);
  if (agent === undefined || !isLive(agent.record.state)) return;
  await lifecycle.stop(agent, { graceMs: settings.stopGraceMs, force: false, next: 'stay-down' });
}

async function start(ports: RunPorts, record: TaskRecord): Promise<ManagedAgent> {
  const spec = specOf(ports, record);
  try {
    await ports.spawn(spec);
  } catch (error) {
    // One that could be made and not started has its end as any other.
    if (!ports.registry.find(record.id)) throw error;
  }
  return ports.registry.get(record.id);
}

function specOf({ registry, book, settings, paths }: RunPorts, record: TaskRecord): AgentSpec {
  const { id, description, command, agent, timeoutMs, input } = record.task;
  const own = book.launchOf(record);
  const { cwd, env, umask }: TaskLaunch = agent === null ? own : { ...registry.get(agent).spec, env: { ...registry.get(agent).spec.env, ...own.env } };
  const argv = command === null ? [programOf('claude', env, cwd)] : [programOf(command[0] ?? '', env, cwd), ...command.slice(1)];
  const isHeadless = command === null;
  const given = isHeadless || input === null ? {} : { MUXWARD_TASK_INPUT: writeInput(runFolder(paths, id), input) };
  return {
    name: id,
    type: isHeadless ? HEADLESS_TYPE : 'worker',
    project: null,
    labels: { task: id },
    capabilities: [],
    cwd,
    command: argv,
    env: { ...env, MUXWARD_TASK: id, ...given },
    umask,
    prompt: isHeadless ? withInput(description, input) : null,
    model: isHeadless ? settings.agent.model : null,
    permissionMode: isHeadless ? settings.agent.permissionMode : null,
    role: null,
    restart: { ...settings.agent.restart, policy: 'no' },
    health: { probe: { kind: 'none' }, intervalMs: settings.agent.healthIntervalMs },
    limits: { ...settings.agent.limits, timeoutMs, actions: { ...settings.agent.limits.actions, timeout: 'stop' } },
    declaredAs: null,
    checkpoint: { everyMs: null, turns: null },
    ...(isHeadless ? { headless: { exitWhenDone: true } } : {}),
  };
}

/** What an agent is told of the tasks before. */
export function withInput(description: string, input: string | null): string {
  return input === null || input === '' ? description : `${description}\n\n${input}`;
}

/** Absolute. @throws MuxwardError `usage` */
export function programOf(name: string, env: Readonly<Record<string, string>>, cwd: string): string {
  const found = findProgram(name, env['PATH'], cwd);
  if (found !== undefined) return found;
  throw new MuxwardError('usage', `the command ${printable(name) || '""'} was not found`, {
    hint: name.includes('/') ? `it starts at ${printable(cwd)}, and has to be executable` : 'look for a slip of the finger, install it, or give its path',
  });
}

function writeInput(folder: string, input: string): string {
  makePrivateFolder(folder);
  const file = path.join(folder, 'task-input');
  writePrivateFile(file, input);
  return file;
}

function endOf(ports: RunPorts, { rest }: TaskRecord, agent: ManagedAgent, output: string): RunEnd {
  const { exit, reason, state } = agent.record;
  const told = agent.spec.headless === undefined ? null : headlessEnd(ports, agent);
  const ended = { result: { status: exit?.code ?? null, signal: exit?.signal ?? null, answer: told?.text ?? null }, output };
  if (rest.ending !== null) return cancelled(ended);
  if (exit?.kind === 'stopped-by-user') return { ...ended, trigger: 'cancel', reason: `${agent.spec.name} was stopped` };
  const isDone = state === 'terminated' && exit?.kind === 'exited' && exit.code === 0;
  if (isDone && told?.isError !== true) return { ...ended, trigger: 'complete', reason: 'done' };
  return { ...ended, trigger: 'fail', reason: told?.isError === true ? `it failed: ${told.text}` : exit === null ? reason : describeEnd(exit) };
}

function headlessEnd({ headless }: RunPorts, agent: ManagedAgent): { readonly text: string; readonly isError: boolean } | null {
  try {
    return headless.result(agent);
  } catch (error) {
    // It ended before its turn was over.
    if (error instanceof MuxwardError) return null;
    throw error;
  }
}
