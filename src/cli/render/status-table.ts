/** `status`: one agent a line, and under it, for people, the one next step. Pure. */
import type { Agent } from '../../core/agent.ts';
import {
  activityCell,
  cpuCell,
  healthCell,
  memoryCell,
  noteCell,
  stateCell,
  symbolCell,
  uptimeCell,
} from './agent-cells.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable, type Column } from './table.ts';

export const NO_AGENTS = "No agents yet. Start one: muxward spawn hello -- sh -c 'date; sleep 60'";

function columnsOf(forPeople: boolean): Column[] {
  return [
    { header: forPeople ? '  NAME' : 'NAME' },
    { header: 'TYPE', goes: 1 },
    { header: 'STATE' },
    { header: 'ACTIVITY', goes: 6, shrinksTo: 20 },
    { header: 'HEALTH', goes: 5 },
    { header: 'CPU', align: 'right', goes: 2 },
    { header: 'MEM', align: 'right', goes: 2 },
    { header: 'UP', align: 'right', goes: 4 },
    { header: forPeople ? '↻' : 'RESTARTS', align: 'right', goes: 3 },
    { header: forPeople ? '' : 'REASON', goes: 7, shrinksTo: 12 },
  ];
}

/** The whole screen of `status`, with a newline at its end. `nowMs`: wall clock, for ages. */
export function renderStatus(agents: readonly Agent[], look: Look, nowMs: number): string {
  if (agents.length === 0) return `${NO_AGENTS}\n`;
  const columns = columnsOf(look.forPeople);
  const rows = agents.map((agent) => rowOf(agent, look, nowMs));
  // A column in which nothing stands tells nothing.
  const used = columns.map(({ header }, index) => header !== 'ACTIVITY' && header !== '' ? true : rows.some((row) => row[index] !== '' && row[index] !== look.none));
  const pick = <T>(all: readonly T[]): T[] => (look.forPeople ? all.filter((_, index) => used[index]) : [...all]);
  const lines = renderTable(pick(columns), rows.map(pick), look.width);
  const [head = '', ...body] = lines;
  const footer = look.forPeople ? nextSteps(agents) : [];
  return `${[look.palette.faint(head), ...body, ...(footer.length === 0 ? [] : ['', footer.join('      ')])].join('\n')}\n`;
}

function rowOf(agent: Agent, look: Look, nowMs: number): string[] {
  const { palette, none, forPeople } = look;
  return [
    forPeople ? `${symbolCell(agent, palette)} ${palette.strong(agent.name)}` : agent.name,
    safeLine(agent.type),
    stateCell(agent, palette),
    activityCell(agent, none, nowMs),
    healthCell(agent, look),
    cpuCell(agent, none),
    memoryCell(agent, none),
    uptimeCell(agent, none, nowMs),
    String(agent.restarts),
    noteCell(agent, palette) || (forPeople ? '' : none),
  ];
}

/** Without an answer `answer` shows what is asked in full, and the choices. */
function howToAnswer({ name, activity }: Agent): string {
  return `muxward answer ${name}${/^hook PermissionRequest\b/.test(activity.evidence) ? ' allow|deny' : ''}`;
}

/** What a person should do next about agents that cannot go on alone. */
export function nextSteps(agents: readonly Agent[]): string[] {
  const waiting = agents.filter(({ state }) => state === 'waiting');
  const failed = agents.filter(({ state }) => state === 'failed');
  const rebooted = agents.filter(({ state, exit }) => state === 'terminated' && exit?.kind === 'lost').length;
  const [firstWaiting] = waiting;
  const [firstFailed] = failed;
  return [
    ...(firstWaiting ? [`${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'} for you → ${howToAnswer(firstWaiting)}`] : []),
    ...(rebooted > 0 ? [`${rebooted} ran before the reboot → muxward start --lost`] : []),
    ...(firstFailed ? [`${failed.length} failed → muxward logs ${firstFailed.name}`] : []),
  ];
}
