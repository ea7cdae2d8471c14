/** Which agents' logs are meant, told from the files of the home, so that it works without a daemon. */
import fs from 'node:fs';
import path from 'node:path';
import { runPaths, type HomePaths } from '../../config/paths.ts';
import type { AgentSpec } from '../../core/agent.ts';
import { NAME_PATTERN } from '../../core/names.ts';
import { noSuchAgent, select, type Selector } from '../../core/selector.ts';
import { isNobodyThere, type Connection } from '../connection.ts';

interface Known {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly project: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'created';
}

/**
 * The names of the agents meant. One that left no file yet is asked of the daemon, if it runs.
 * @throws MuxwardError `not-found`.
 */
export async function namesOfLogs(paths: HomePaths, daemon: Connection, selector: Selector): Promise<string[]> {
  const known = localAgents(paths, hasFilter(selector));
  const added: Known[] = [];
  for (const name of selector.names ?? []) {
    if (!/[*?]/.test(name) && !known.some((agent) => agent.name === name)) added.push(await askFor(daemon, name, known));
  }
  return select([...known, ...added], selector).map(({ name }) => name);
}

/** Specifications hold secrets and are long: they are only read where something in them is asked for. */
function hasFilter({ project, labels, type }: Selector): boolean {
  return project !== undefined || labels !== undefined || type !== undefined;
}

function localAgents(paths: HomePaths, withSpecs: boolean): Known[] {
  const folders = entriesOf(paths.run).filter((name) => fs.statSync(path.join(paths.run, name), { throwIfNoEntry: false })?.isDirectory());
  const logs = entriesOf(paths.logs).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -'.log'.length)] : []));
  const names = [...new Set([...folders, ...logs])].filter((name) => NAME_PATTERN.test(name)).toSorted();
  return names.map((name) => knownAgent(name, withSpecs ? readSpec(paths, name) : {}));
}

type Traits = Partial<Pick<Known, 'type' | 'project' | 'labels'>>;

function knownAgent(name: string, spec: Traits): Known {
  const { type = '', project = null, labels = {} } = spec;
  return { id: name, name, type, project, labels, state: 'created' };
}

async function askFor(daemon: Connection, name: string, known: readonly Known[]): Promise<Known> {
  try {
    const { agents } = await daemon.call('GET /api/agents', { names: [name] });
    const [agent] = agents;
    if (agent) return { ...knownAgent(agent.name, agent), id: agent.id };
  } catch (error) {
    if (!isNobodyThere(error)) throw error;
  }
  throw noSuchAgent(name, known.map((agent) => agent.name));
}

function readSpec(paths: HomePaths, name: string): Traits {
  try {
    return JSON.parse(fs.readFileSync(runPaths(paths, name).spec, 'utf8')) as AgentSpec;
  } catch {
    return {};
  }
}

function entriesOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
