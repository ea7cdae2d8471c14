/** `health`: one agent a line, with how its last probes went. Pure. */
import type { Agent } from '../../core/agent.ts';
import { isRunning } from '../../core/state.ts';
import { ago, healthCell, stateCell, symbolCell } from './agent-cells.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'NAME' },
  { header: 'STATE' },
  { header: 'HEALTH' },
  { header: 'FAILURES', align: 'right' as const, goes: 2 },
  { header: 'LAST OK', align: 'right' as const },
  { header: 'ANSWERED IN', align: 'right' as const, goes: 1 },
  { header: 'REASON', shrinksTo: 16, goes: 3 },
];

export function renderHealth(agents: readonly Agent[], look: Look, nowMs: number): string {
  if (agents.length === 0) return 'No agents to show.\n';
  const rows = agents.map((agent) => rowOf(agent, look, nowMs));
  const columns = COLUMNS.map((column, index) => (index === 0 && look.forPeople ? { ...column, header: '  NAME' } : column));
  const [head = '', ...body] = renderTable(columns, rows, look.width);
  return `${[look.palette.faint(head), ...body].join('\n')}\n`;
}

function rowOf(agent: Agent, look: Look, nowMs: number): string[] {
  const { palette, none } = look;
  const { failures, lastOkAt, responseMs, status, reason } = agent.health;
  const probed = status !== 'none';
  return [
    look.forPeople ? `${symbolCell(agent, palette)} ${palette.strong(agent.name)}` : agent.name,
    stateCell(agent, palette),
    probed ? healthCell(agent, look) : palette.faint('no probe'),
    probed ? String(failures) : none,
    lastOkAt === null ? none : `${ago(lastOkAt, nowMs)} ago`,
    responseMs === null ? none : `${Math.round(responseMs)} ms`,
    isRunning(agent.state) ? safeLine(reason ?? none) : none,
  ];
}
