/**
 * From what a project declares and what there is, to what has to be done: pure, and the same plan twice for the
 * same two. Doing it is the command line's (`up`, `down`).
 */
import type { Agent } from '../../core/agent.ts';
import { isLive } from '../../core/state.ts';
import type { DeclaredAgent, Need, Project } from './project.ts';

/**
 * `create`: there is none. `replace`: the file says something else now. `start`: it had ended.
 * `keep`: it is as declared and runs, or has completed.
 */
type PlannedAction = 'create' | 'replace' | 'start' | 'keep';

export interface PlannedAgent {
  readonly agent: DeclaredAgent;
  readonly action: PlannedAction;
  /** In words: "new", "changed in muxward.yaml", "runs unchanged". */
  readonly why: string;
}

export interface UpPlan {
  /** Every agent comes after those it needs. */
  readonly agents: readonly PlannedAgent[];
  /** Once declared by this project, and no longer in the file. */
  readonly orphans: readonly string[];
  /** Names that belong to an agent which this project did not declare: nothing can be started. */
  readonly conflicts: readonly Conflict[];
}

interface Conflict {
  readonly agent: DeclaredAgent;
  /** The other project, null for an agent that somebody spawned. */
  readonly project: string | null;
}

/** What a plan has to know of an agent that is there. */
export type CurrentAgent = Pick<Agent, 'name' | 'project' | 'declaredAs' | 'state' | 'exit' | 'reason'>;

/** @param wanted names of agents to bring up with what they need; undefined for all */
export function planUp(project: Project, current: readonly CurrentAgent[], wanted?: readonly string[]): UpPlan {
  const there = new Map(current.map((agent) => [agent.name, agent]));
  const chosen = wanted === undefined ? project.agents : withNeeds(project.agents, wanted);
  const declared = new Set(project.agents.map((agent) => agent.name));
  const isForeign = (agent: DeclaredAgent): boolean => {
    const other = there.get(agent.name);
    return other !== undefined && !isOurs(other, project.name);
  };
  return {
    agents: chosen.filter((agent) => !isForeign(agent)).map((agent) => planOne(agent, there.get(agent.name))),
    orphans: current.filter((agent) => isOurs(agent, project.name) && !declared.has(agent.name)).map((agent) => agent.name),
    conflicts: chosen.filter(isForeign).map((agent) => ({ agent, project: there.get(agent.name)?.project ?? null })),
  };
}

function isOurs(agent: CurrentAgent, project: string): boolean {
  return agent.declaredAs !== null && agent.project === project;
}

function planOne(agent: DeclaredAgent, current: CurrentAgent | undefined): PlannedAgent {
  if (current === undefined) return { agent, action: 'create', why: 'new' };
  if (current.declaredAs !== agent.declaredAs) return { agent, action: 'replace', why: 'changed in the file' };
  if (isLive(current.state) && current.state !== 'terminating') return { agent, action: 'keep', why: 'runs unchanged' };
  if (hasCompleted(current)) return { agent, action: 'keep', why: 'has completed' };
  return { agent, action: 'start', why: current.state === 'failed' ? 'had failed' : 'was stopped' };
}

/** It ended by itself and well: a finished job is not run again, or `up` twice would not be the same as once. */
export function hasCompleted(agent: Pick<Agent, 'state' | 'exit'>): boolean {
  return agent.state === 'terminated' && agent.exit?.kind === 'exited' && agent.exit.code === 0;
}

/** The agents of these names and all that they need, directly or not, in the given order. */
export function withNeeds(agents: readonly DeclaredAgent[], names: readonly string[]): DeclaredAgent[] {
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const chosen = new Set(names);
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const need of byName.get(name)?.needs ?? []) {
      if (!chosen.has(need.name)) queue.push(need.name);
      chosen.add(need.name);
    }
  }
  return agents.filter((agent) => chosen.has(agent.name));
}

/**
 * The project's agents that are there, in groups to be stopped one after the other: dependents before what they
 * need. Those that the file does not know any more come first.
 */
export function planDown(project: Project, current: readonly CurrentAgent[], wanted?: readonly string[]): string[][] {
  const ours = current.filter((agent) => isOurs(agent, project.name) && (wanted === undefined || wanted.includes(agent.name)));
  const depth = depths(project.agents);
  const groups = Map.groupBy(ours, (agent) => depth.get(agent.name) ?? Number.POSITIVE_INFINITY);
  return [...groups.entries()].toSorted(([a], [b]) => b - a).map(([, group]) => group.map((agent) => agent.name));
}

/** How many agents deep each stands on others; agents are in order. */
function depths(agents: readonly DeclaredAgent[]): Map<string, number> {
  const depth = new Map<string, number>();
  const below = (need: Need): number => (depth.get(need.name) ?? -1) + 1;
  for (const agent of agents) depth.set(agent.name, Math.max(0, ...agent.needs.map(below)));
  return depth;
}
