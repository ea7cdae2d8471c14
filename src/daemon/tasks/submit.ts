/** From what is asked for to tasks: all of a request is checked before anything of it is stored. */
import fs from 'node:fs';
import type { AgentType } from '../../agents/agent-type.ts';
import { headlessMessage, messageOf } from '../../agents/claude/message.ts';
import { cycleInWords, cycles } from '../../core/dag.ts';
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import { DEFAULT_BACKOFF_MS, DEFAULT_PRIORITY, type SubmitRequest, type Task, type TaskPlan, type TaskWish } from '../../core/task.ts';
import { newId } from '../new-id.ts';
import type { Registry } from '../registry.ts';
import { programOf } from './run-own.ts';
import type { TaskBook } from './task-book.ts';
import { NOTHING_UNDER_WAY, type TaskLaunch, type TaskRecord } from './task-record.ts';

export interface SubmitPorts {
  readonly book: TaskBook;
  readonly registry: Registry;
  readonly typeOf: (name: string) => Promise<AgentType>;
}

export interface Submitted {
  readonly run: string | null;
  readonly added: readonly (readonly [TaskRecord, TaskLaunch])[];
}

/** @throws MuxwardError `usage`, `not-found` */
export async function submitted(ports: SubmitPorts, request: SubmitRequest): Promise<Submitted> {
  const ids = request.tasks.map(() => newId('task'));
  const byKey = keysOf(request.tasks, ids);
  refuseCycles(request.tasks);
  const run = request.plan === undefined ? null : newId('run');
  const createdAt = ports.registry.clock.now().toISOString();
  const added: [TaskRecord, TaskLaunch][] = [];
  for (const [i, wish] of request.tasks.entries()) {
    const launch = await checkedByName(ports, wish, request);
    const after = (wish.after ?? []).map((name) => byKey.get(name) ?? ports.book.get(name).id);
    const plan = run === null || request.plan === undefined ? null : { run, name: request.plan.name, task: wish.key ?? ids[i] ?? '', stage: i + 1, of: request.tasks.length };
    const task = taskOf(ids[i] ?? '', wish, { after: [...new Set(after)], plan, createdAt });
    const takesInput = request.plan?.strategy === 'pipeline';
    const rest = { ...NOTHING_UNDER_WAY, takesInput, maxOfRun: request.plan?.maxParallel ?? null, logFrom: 0, number: null, undone: null };
    added.push([{ id: task.id, task, rest }, launch]);
  }
  return { run, added };
}

function keysOf(tasks: readonly TaskWish[], ids: readonly string[]): Map<string, string> {
  const byKey = new Map<string, string>();
  for (const [i, { key }] of tasks.entries()) {
    if (key === undefined) continue;
    if (byKey.has(key)) throw new MuxwardError('usage', `two tasks are called "${printable(key)}"`, { hint: 'a name is given once' });
    byKey.set(key, ids[i] ?? '');
  }
  return byKey;
}

/** Ids are new, so that only tasks of one request can wait for each other. */
function refuseCycles(tasks: readonly TaskWish[]): void {
  const [circle] = cycles(new Map(tasks.flatMap(({ key, after = [] }) => (key === undefined ? [] : [[key, after] as const]))));
  if (circle === undefined) return;
  throw new MuxwardError('usage', `tasks wait for each other: ${printable(cycleInWords(circle))}`, { hint: 'take one of these out' });
}

/** With the name of the task that is at fault, where it has one. */
async function checkedByName(ports: SubmitPorts, wish: TaskWish, request: SubmitRequest): Promise<TaskLaunch> {
  try {
    return await checked(ports, wish, request);
  } catch (error) {
    if (!(error instanceof MuxwardError) || wish.key === undefined) throw error;
    throw new MuxwardError(error.code, `${printable(wish.key)}: ${error.message}`, error.hint === undefined ? {} : { hint: error.hint });
  }
}

/** What it starts from. What an earlier task may still make, a folder or a program in one, is not looked for. With an agent it is that one's folder and environment, at the time of the start. */
async function checked({ registry, typeOf }: SubmitPorts, wish: TaskWish, { from }: SubmitRequest): Promise<TaskLaunch> {
  const { agent, agentType, command, description, env = {}, cwd = from.cwd } = wish;
  if (agent !== undefined && agentType !== undefined) throw new MuxwardError('usage', '--agent and --agent-type cannot be both', { hint: 'an agent that is there, or one of its own' });
  const isLater = (wish.after ?? []).length > 0;
  const isMadeLater = isLater && command?.[0]?.includes('/') === true;
  if (agent !== undefined) {
    const { spec } = registry.get(agent);
    if (isMadeLater) return { cwd: spec.cwd, env, umask: from.umask };
    if (command !== undefined) programOf(command[0] ?? '', { ...spec.env, ...env }, spec.cwd);
    else if (spec.type === 'claude-code') (spec.headless ? headlessMessage : messageOf)(description, false);
    else if ((await typeOf(spec.type)).readScreen === undefined) throw cannotTell(agent, spec.type);
    return { cwd: spec.cwd, env, umask: from.umask };
  }
  if (!isLater && fs.statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) throw new MuxwardError('usage', `there is no folder ${printable(cwd)}`, { hint: 'create it, or name another one' });
  const launch = { cwd, env: { ...from.env, ...env }, umask: from.umask };
  if (!isMadeLater) programOf(command?.[0] ?? ownProgram(agentType), launch.env, cwd);
  if (command !== undefined && agentType !== undefined && agentType !== 'worker') throw new MuxwardError('usage', `--agent-type ${printable(agentType)} takes no command`, { hint: 'leave one of the two out' });
  if (command === undefined) headlessMessage(description);
  return launch;
}

function ownProgram(agentType: string | undefined): string {
  if (agentType === 'claude-code') return 'claude';
  const what = agentType === undefined ? 'a task needs somebody who does it' : `--agent-type: an agent of type ${printable(agentType)} cannot do a task of its own without a command`;
  throw new MuxwardError('usage', what, { hint: 'a command (-- COMMAND), an agent (--agent NAME), or --agent-type claude-code' });
}

function cannotTell(agent: string, type: string): MuxwardError {
  return new MuxwardError('usage', `--agent ${printable(agent)}: a ${type} does not tell when it is done`, { hint: 'give a command to run in its folder: -- COMMAND' });
}

function taskOf(id: string, wish: TaskWish, made: { readonly after: readonly string[]; readonly plan: TaskPlan | null; readonly createdAt: string }): Task {
  const { description, agent = null, agentType = null, command = null, priority = DEFAULT_PRIORITY, category = null } = wish;
  const { retries = 0, backoffMs = DEFAULT_BACKOFF_MS, timeoutMs = null, optional = false } = wish;
  return {
    id,
    description,
    agent,
    agentType: agentType ?? (agent === null ? 'worker' : null),
    command,
    state: 'pending',
    reason: 'submitted',
    priority,
    category,
    input: null,
    attempt: 0,
    retries,
    backoffMs,
    timeoutMs,
    dueAt: null,
    progress: null,
    result: null,
    checkpoints: { before: null, after: null },
    optional,
    isHeld: false,
    startedAt: null,
    endedAt: null,
    ...made,
  };
}
