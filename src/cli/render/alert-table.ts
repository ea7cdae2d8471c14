/** Alerts: one a line, the newest last. Pure. */
import type { Alert, Severity } from '../../core/alert.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'ID' },
  { header: 'AGO', align: 'right' as const },
  { header: 'SEVERITY' },
  { header: 'AGENT', goes: 3 },
  { header: 'MESSAGE', shrinksTo: 20 },
  { header: 'TIMES', align: 'right' as const, goes: 2 },
  { header: 'NOW', goes: 1 },
];

export interface AlertTableOptions {
  readonly nowMs: number;
  /** Of all there ever were, and not of what is open. */
  readonly all: boolean;
}

export function renderAlerts(alerts: readonly Alert[], look: Look, { nowMs, all }: AlertTableOptions): string {
  if (alerts.length === 0) return all ? 'No alerts so far.\n' : 'No open alerts.\n';
  const { palette, none } = look;
  const rows = alerts.map((alert) => [
    alert.id,
    ago(alert.at, nowMs),
    paintSeverity(alert.severity, palette),
    subjectOf(alert, none),
    safeLine(alert.message),
    alert.count > 1 ? String(alert.count) : none,
    standing(alert, nowMs) || none,
  ]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, look.width);
  const next = look.forPeople && !all ? ['', palette.faint('seen them? muxward alerts ack --all')] : [];
  return `${[palette.faint(head), ...body, ...next].join('\n')}\n`;
}

/** For a view that follows: `14:03:11  critical  web failed: exit 1`. */
export function alertLine(alert: Alert, { palette }: Look, nowMs: number): string {
  const now = standing(alert, nowMs);
  const note = alert.severity === 'recovery' || now === '' ? '' : palette.faint(`  (${now})`);
  return `${palette.faint(alert.at)}  ${paintSeverity(alert.severity, palette)}  ${safeLine(alert.message)}${note}`;
}

export function paintSeverity(severity: Severity, { bad, attention, good }: Palette): string {
  return { critical: bad, warning: attention, recovery: good }[severity](severity);
}

/** What became of it since; empty where nothing did. */
function standing({ severity, closedAt, acknowledgedAt, escalatedAt, silenced }: Alert, nowMs: number): string {
  if (severity === 'recovery') return '';
  if (closedAt !== null) return `over for ${ago(closedAt, nowMs)}`;
  if (acknowledgedAt !== null) return `seen ${ago(acknowledgedAt, nowMs)} ago`;
  if (silenced) return 'silenced';
  return escalatedAt === null ? '' : `escalated ${ago(escalatedAt, nowMs)} ago`;
}

function subjectOf({ agent, agents }: Alert, none: string): string {
  if (agent !== null) return agent;
  return agents.length > 1 ? `${agents.length} agents` : none;
}
