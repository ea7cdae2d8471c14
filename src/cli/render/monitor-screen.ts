/** What a monitor shows: counts, its agents, and the alerts that are open. Pure. */
import type { Agent } from '../../core/agent.ts';
import type { Alert } from '../../core/alert.ts';
import { isRunning } from '../../core/state.ts';
import { ago, cpuCell, healthCell, memoryCell, noteCell, stateCell, symbolCell, uptimeCell } from './agent-cells.ts';
import { paintSeverity } from './alert-table.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { header: 'NAME' },
  { header: 'STATE' },
  { header: 'HEALTH', goes: 3 },
  { header: 'CPU', align: 'right', goes: 2 },
  { header: 'MEM', align: 'right', goes: 2 },
  { header: 'UP', align: 'right', goes: 1 },
  { header: '', goes: 4, shrinksTo: 12 },
];

/** The newest of them. */
const SEVERITY_WIDTH = 'critical'.length;
const ALERTS_SHOWN = 8;

/** The whole screen, with a newline at its end. */
export function renderMonitor(
  agents: readonly Agent[],
  alerts: readonly Alert[],
  look: Look,
  nowMs: number,
): string {
  if (agents.length === 0) return 'No agents to watch yet.\n';
  const { palette, none } = look;
  const rows = agents.map((agent) => [
    look.forPeople ? `${symbolCell(agent, palette)} ${palette.strong(agent.name)}` : agent.name,
    stateCell(agent, palette),
    healthCell(agent, look),
    cpuCell(agent, none),
    memoryCell(agent, none),
    uptimeCell(agent, none, nowMs),
    noteCell(agent, palette),
  ]);
  const columns = COLUMNS.map((column, index) => (index === 0 && look.forPeople ? { ...column, header: '  NAME' } : column));
  const [head = '', ...body] = renderTable(columns, rows, look.width);
  const told = alerts.slice(-ALERTS_SHOWN).map(({ at, severity, message }) => `${ago(at, nowMs).padStart(6)} ago  ${paintSeverity(severity, palette)}${' '.repeat(Math.max(0, SEVERITY_WIDTH - severity.length))}  ${safeLine(message)}`);
  return `${[counts(agents), '', palette.faint(head), ...body, ...(told.length === 0 ? [] : ['', ...told])].join('\n')}\n`;
}

function counts(agents: readonly Agent[]): string {
  const count = (what: string, agrees: (agent: Agent) => boolean): string[] => {
    const n = agents.filter(agrees).length;
    return n === 0 ? [] : [`${n} ${what}`];
  };
  return [
    ...count('running', ({ state }) => isRunning(state)),
    ...count('waiting for you', ({ state }) => state === 'waiting'),
    ...count('ended', ({ state }) => state === 'terminated'),
    ...count('failed', ({ state }) => state === 'failed'),
  ].join(', ');
}
