/** Reads a plan of tasks: YAML, schema, then what the tasks need of each other. All faults are told at once; nothing is run here. */
import path from 'node:path';
import { cycleInWords, cycles, unknownNeeds, type Graph } from '../../core/dag.ts';
import { printable } from '../../core/names.ts';
import type { Plan, PlannedTask, Strategy } from '../../core/plan.ts';
import { parsePriority } from '../../core/task.ts';
import { InvalidConfig, type Fault } from '../faults.ts';
import { isMap } from '../project/check-parts.ts';
import { defaultProjectName } from '../project/project-name.ts';
import { textOf } from '../project/variables.ts';
import { checkValue } from '../yaml/check-value.ts';
import { commandWords } from '../yaml/command-schema.ts';
import { parsePositionedYaml, type PositionedYaml } from '../yaml/positioned-yaml.ts';
import { ms, number } from '../yaml/written-values.ts';
import { planSchema, type PlanFile, type TaskEntry } from './schema.ts';

/** As many as one request to the daemon may reasonably hold. */
const MAX_TASKS = 1000;

export interface PlanSource {
  readonly text: string;
  /** Absolute. */
  readonly path: string;
  /** As the user would write it; in messages. */
  readonly file: string;
  /** Wins over what the file says. */
  readonly strategy?: Strategy;
}

/** @throws InvalidConfig with every fault of the file. */
export function readPlan(source: PlanSource): Plan {
  const document = parsePositionedYaml(source.text, source.file);
  if (document.faults.length > 0) throw new InvalidConfig(document.faults);
  const raw = withoutExtensions(document.value);
  const { value: file, faults } = checkValue(planSchema, raw, document);
  const strategy = source.strategy ?? (file?.strategy as Strategy | undefined) ?? 'parallel';
  const all = [...faults, ...(file === undefined ? [] : faultsOf(file, document)), ...dependencyFaults(needsIn(raw), document, strategy)];
  if (file === undefined || all.length > 0) throw new InvalidConfig(all);
  return {
    name: file.name ?? defaultProjectName(path.basename(source.path, path.extname(source.path))),
    strategy,
    maxParallel: strategy === 'parallel' ? (number(file.max_parallel) ?? null) : null,
    tasks: Object.entries(file.tasks).map(([name, entry]) => taskOf(name, entry, document, path.dirname(source.path))),
  };
}

/** Keys that begin with `x-` are the user's own, for anchors. */
function withoutExtensions(value: unknown): unknown {
  if (!isMap(value)) return value ?? {};
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')));
}

function faultsOf(file: PlanFile, document: PositionedYaml): Fault[] {
  const entries = Object.entries(file.tasks);
  if (entries.length === 0) return [document.faultAt(['tasks'], 'there is no task under tasks:', 'add one, for example build: {run: npm run build}')];
  if (entries.length > MAX_TASKS) return [document.faultAt(['tasks'], `there are ${entries.length} tasks`, `at most ${MAX_TASKS} in one plan`, 'key')];
  return [
    ...entries.flatMap(([name, entry]) => entryFaults(name, entry, document)),
    ...(file.strategy !== undefined && file.strategy !== 'parallel' && file.max_parallel !== undefined
      ? [document.faultAt(['max_parallel'], `max_parallel says nothing where strategy is ${file.strategy}: one runs at a time`, 'take one of the two away', 'key')]
      : []),
  ];
}

function entryFaults(name: string, { run, prompt, agent, agent_type: type, cwd, env }: TaskEntry, document: PositionedYaml): Fault[] {
  const at = ['tasks', name];
  const fault = (inside: string | null, is: string, hint: string): Fault[] => [document.faultAt(inside === null ? at : [...at, inside], `tasks.${name}: ${is}`, hint, 'key')];
  if (run === undefined && prompt === undefined) return fault(null, 'says neither run nor prompt', 'run: a command, or prompt: what an agent is asked');
  if (run !== undefined && prompt !== undefined) return fault('prompt', 'says both run and prompt', 'make two tasks of it, or take one away');
  if (agent !== undefined && type !== undefined) return fault('agent_type', 'says both agent and agent_type', 'agent is one that is there, agent_type one that is started for this task alone');
  const asksAgent = prompt !== undefined && agent !== undefined;
  return [
    ...(prompt !== undefined && agent === undefined && type === undefined ? fault('prompt', 'asks nobody', 'add agent: NAME, or agent_type: claude-code') : []),
    ...(agent !== undefined && cwd !== undefined ? fault('cwd', `cwd has no meaning with agent: it is done where ${printable(agent)} works`, 'take it away') : []),
    ...(asksAgent && env !== undefined ? fault('env', `env has no meaning with a prompt: ${printable(agent)} runs already`, 'take it away') : []),
  ];
}

function dependencyFaults(graph: Graph, document: PositionedYaml, strategy: Strategy): Fault[] {
  const faultAt = (name: string, needs: string, message: string, hint: string): Fault => {
    const said = (document.value as PlanFile).tasks[name]?.depends_on;
    const inside = Array.isArray(said) ? [said.indexOf(needs)] : [];
    return document.faultAt(['tasks', name, 'depends_on', ...inside], message, hint);
  };
  const order = [...graph.keys()];
  const isLater = (needs: string, name: string): boolean => order.indexOf(needs) > order.indexOf(name);
  const circles = cycles(graph).map((cycle) => {
    const [name = '', needs = name] = cycle;
    const message = cycle.length === 1 ? `${name} depends on itself` : `depends_on goes round in a circle: ${cycleInWords(cycle)}`;
    return faultAt(name, needs, message, 'take one of these dependencies away');
  });
  const unknown = unknownNeeds(graph).map(({ name, needs, near }) => {
    const others = order.filter((other) => other !== name);
    const there = others.length === 0 ? 'there is no other task in this file' : `Tasks here: ${others.join(', ')}`;
    return faultAt(name, needs, `${name} depends on "${needs}", which this file does not have`, `${near === undefined ? '' : `did you mean ${near}? `}${there}`);
  });
  const backwards = [...graph].flatMap(([name, needs]) =>
    needs
      .filter((each) => isLater(each, name))
      .map((each) => faultAt(name, each, `${name} depends on ${each}, which comes later in the pipeline`, `a pipeline runs in the order of the file: write ${each} above ${name}`)),
  );
  return [...unknown, ...circles, ...(strategy === 'pipeline' && circles.length === 0 ? backwards : [])];
}

/** Of every task, as far as it can be read: a fault in one does not hide a circle. */
function needsIn(raw: unknown): Graph {
  const tasks = isMap(raw) && isMap(raw['tasks']) ? raw['tasks'] : {};
  return new Map(Object.entries(tasks).map(([name, entry]) => [name, isMap(entry) ? needsOf(entry['depends_on']) : []]));
}

function needsOf(said: unknown): string[] {
  return [...new Set([said].flat().filter((each) => typeof each === 'string'))];
}

function taskOf(name: string, entry: TaskEntry, document: PositionedYaml, folder: string): PlannedTask {
  const { run, prompt, agent, timeout, backoff, priority } = entry;
  return {
    name,
    description: prompt ?? entry.description ?? shownCommand(run ?? ''),
    command: run === undefined ? null : commandWords(run),
    agent: agent ?? null,
    agentType: entry.agent_type ?? null,
    needs: needsOf(entry.depends_on),
    cwd: agent === undefined ? path.resolve(folder, entry.cwd ?? '') : null,
    env: Object.fromEntries(Object.entries(entry.env ?? {}).map(([key, value]) => [key, textOf(value, ['tasks', name, 'env', key], document)])),
    priority: priority === undefined ? null : parsePriority(String(priority)),
    timeoutMs: ms(timeout) ?? null,
    retries: number(entry.retries) ?? 0,
    backoffMs: ms(backoff) ?? null,
    optional: entry.optional ?? false,
  };
}

function shownCommand(run: string | readonly string[]): string {
  return typeof run === 'string' ? (run.trim().split('\n')[0] ?? '') : run.join(' ');
}
