/** `top`: what agents use, the busiest first, with totals. Pure. */
import type { Agent } from '../../core/agent.ts';
import { formatSize } from '../../core/units.ts';
import { activityCell, cpuCell, memoryCell, stateCell, symbolCell, uptimeCell } from './agent-cells.ts';
import type { Look } from './look.ts';
import { renderTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { header: 'NAME' },
  { header: 'STATE' },
  { header: 'CPU', align: 'right' },
  { header: 'MEM', align: 'right' },
  { header: 'LIMIT', align: 'right', goes: 3 },
  { header: 'PROCS', align: 'right', goes: 2 },
  { header: 'UP', align: 'right', goes: 4 },
  { header: 'ACTIVITY', goes: 1, shrinksTo: 16 },
];

/** The whole screen, with a newline at its end. */
export function renderTop(agents: readonly Agent[], look: Look, nowMs: number): string {
  const sorted = agents.toSorted((a, b) => cpuOf(b) - cpuOf(a) || memoryOf(b) - memoryOf(a) || a.name.localeCompare(b.name));
  const columns = COLUMNS.map((column, index) => (index === 0 && look.forPeople ? { ...column, header: '  NAME' } : column));
  const [head = '', ...body] = renderTable(columns, sorted.map((agent) => rowOf(agent, look, nowMs)), look.width);
  const lines = [look.palette.strong(totals(agents)), '', look.palette.faint(head), ...body];
  return `${lines.join('\n')}\n`;
}

function rowOf(agent: Agent, look: Look, nowMs: number): string[] {
  const { palette, none } = look;
  const { memoryBytes } = agent.limits;
  return [
    look.forPeople ? `${symbolCell(agent, palette)} ${agent.name}` : agent.name,
    stateCell(agent, palette),
    cpuCell(agent, none),
    memoryCell(agent, none),
    memoryBytes === null ? none : formatSize(memoryBytes),
    agent.resources.processes === null ? none : String(agent.resources.processes),
    uptimeCell(agent, none, nowMs),
    activityCell(agent, none, nowMs),
  ];
}

function totals(agents: readonly Agent[]): string {
  const cpu = agents.reduce((sum, agent) => sum + Math.max(0, cpuOf(agent)), 0);
  const memory = agents.reduce((sum, agent) => sum + Math.max(0, memoryOf(agent)), 0);
  const processes = agents.reduce((sum, agent) => sum + (agent.resources.processes ?? 0), 0);
  return `${agents.length} ${agents.length === 1 ? 'agent' : 'agents'}, ${processes} process${processes === 1 ? '' : 'es'}, ${Math.round(cpu)} % CPU, ${formatSize(memory)} memory`;
}

function cpuOf({ resources }: Agent): number {
  return resources.cpuPercent ?? -1;
}

function memoryOf({ resources }: Agent): number {
  return resources.rssBytes ?? -1;
}
