/** `inspect`: one agent, field by field. Pure. */
import type { AgentDetails } from '../../core/agent.ts';
import { describeEnd } from '../../core/end.ts';
import { isLive } from '../../core/state.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import { activityCell, ago, cpuCell, healthCell, memoryCell, stateCell, symbolCell, uptimeCell } from './agent-cells.ts';
import { checkLines } from './check-table.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

type Field = readonly [label: string, value: string];

/** Blocks of `label  value` lines, then the processes as a table. */
export function renderDetails(agent: AgentDetails, look: Look, nowMs: number): string {
  const { palette } = look;
  const title = `${look.forPeople ? `${symbolCell(agent, palette)} ` : ''}${palette.strong(agent.name)}  ${stateCell(agent, palette)}  ${safeLine(agent.reason)}`;
  const blocks = [nowFields(agent, look, nowMs), policyFields(agent), startFields(agent), placeFields(agent)];
  const labelWidth = Math.max(...blocks.flat().map(([label]) => label.length));
  const parts = [
    title.trimEnd(),
    ...blocks.map((fields) => fieldLines(fields, labelWidth, look)),
    ...checkTable(agent, look, nowMs),
    ...listed('Verdicts', agent.verdicts.map(({ at, reason }) => `${at}  ${safeLine(reason)}`)),
    ...processTable(agent, look),
  ];
  return `${parts.join('\n\n')}\n`;
}

function nowFields(agent: AgentDetails, look: Look, nowMs: number): Field[] {
  const { none } = look;
  const { resources, exit } = agent;
  return [
    ['since', `${agent.since} (${ago(agent.since, nowMs)})`],
    ['activity', activityCell(agent, none, nowMs)],
    ['health', `${healthCell(agent, look)}${answered(agent)}`],
    ['process', agent.pid === null ? none : `${agent.pid}, up ${uptimeCell(agent, none, nowMs)}, run ${agent.generation}, ${agent.restarts} restart${agent.restarts === 1 ? '' : 's'}`],
    ['uses', resources.at === null ? none : `${cpuCell(agent, none)} CPU, ${memoryCell(agent, none)} memory, ${resources.processes} process${resources.processes === 1 ? '' : 'es'}`],
    ['last end', exit === null ? none : `${describeEnd(exit)} at ${exit.at}`],
  ];
}

function policyFields({ restartPolicy, recovery, limits }: AgentDetails): Field[] {
  const { policy, maxRestarts, windowMs } = restartPolicy;
  const bounds = [
    ...(limits.memoryBytes === null ? [] : [`${formatSize(limits.memoryBytes)} memory`]),
    ...(limits.cpu === null ? [] : [`${limits.cpu} cores`]),
    ...(limits.timeoutMs === null ? [] : [`${formatDuration(limits.timeoutMs)} of running`]),
    ...(typeof limits.processes === 'number' ? [`${limits.processes} processes`] : []),
    ...(typeof limits.outputBytes === 'number' ? [`${formatSize(limits.outputBytes)} of output`] : []),
  ];
  return [
    ['restart', policy === 'no' ? 'no' : `${policy}, at most ${maxRestarts} in ${formatDuration(windowMs)}`],
    ...recoveryFields(recovery),
    ['limits', bounds.length === 0 ? 'none' : bounds.join(', ')],
  ];
}

/** Only what is not as by default. */
function recoveryFields({ on, rollBackAfter, failover, failedOver }: AgentDetails['recovery']): Field[] {
  const said = [
    ...(rollBackAfter === null ? [] : [`rolls back after ${rollBackAfter} restarts in a row`]),
    ...(failover === null ? [] : [`${failedOver ? 'has failed over' : 'fails over'} to ${safeLine(failover.map(quoted).join(' ')) || 'other settings'}`]),
    ...Object.entries(on).map(([kind, action]) => `${kind}: ${action}`),
  ];
  return said.length === 0 ? [] : [['recovery', said.join(', ')]];
}

function startFields(agent: AgentDetails): Field[] {
  const labels = Object.entries(agent.labels).map(([key, value]) => `${key}=${value}`);
  return [
    ['type', agent.type],
    ['command', safeLine(agent.command.map(quoted).join(' ')) || '-'],
    ['folder', safeLine(agent.cwd)],
    ['project', agent.project ?? '-'],
    ['labels', safeLine(labels.join(', ')) || '-'],
    ['environment', `${agent.environmentNames.length} variables (names with --json), umask ${agent.umask}`],
  ];
}

function placeFields(agent: AgentDetails): Field[] {
  return [
    ['id', agent.id],
    ['session', agent.session === null ? '-' : `${agent.session}, pane ${agent.pane ?? '-'}`],
    ['log', agent.logPath],
    ['run folder', agent.runFolder],
    ['created', agent.createdAt],
  ];
}

function fieldLines(fields: readonly Field[], width: number, { palette }: Look): string {
  return fields.map(([label, value]) => `  ${palette.faint(label.padEnd(width))}  ${value}`).join('\n');
}

function answered({ health, state }: AgentDetails): string {
  if (!isLive(state)) return typeof health.reason === 'string' ? ` (at last: ${safeLine(health.reason)})` : '';
  if (health.status === 'none') return ' (no probe: its process and session are watched)';
  if (typeof health.reason === 'string') return `, ${safeLine(health.reason)}`;
  return health.responseMs === null ? '' : `, answered in ${health.responseMs} ms`;
}

function checkTable(agent: AgentDetails, look: Look, nowMs: number): string[] {
  const lines = checkLines(agent.checks, { ...look, width: look.width - 2 }, nowMs);
  return lines.length === 0 ? [] : [lines.map((line) => `  ${line}`).join('\n')];
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}\n${lines.map((line) => `  ${line}`).join('\n')}`];
}

function processTable({ processes }: AgentDetails, look: Look): string[] {
  if (processes.length === 0) return [];
  const rows = processes.map(({ pid, ppid, command, rssBytes }) => [String(pid), String(ppid), formatSize(rssBytes), safeLine(command)]);
  const columns = [
    { header: 'PID', align: 'right' as const },
    { header: 'PARENT', align: 'right' as const, goes: 1 },
    { header: 'MEM', align: 'right' as const },
    { header: 'COMMAND', shrinksTo: 10 },
  ];
  const [head = '', ...body] = renderTable(columns, rows, look.width - 2);
  return [[look.palette.faint(head), ...body].map((line) => `  ${line}`).join('\n')];
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
