/** `alerts list`: one alert a line, the newest last. Pure. */
import type { Alert } from '../../core/protocol.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'ID' },
  { header: 'AGO', align: 'right' as const },
  { header: 'SEVERITY' },
  { header: 'AGENT' },
  { header: 'MESSAGE', shrinksTo: 20 },
  { header: 'SEEN', goes: 1 },
];

export function renderAlerts(alerts: readonly Alert[], look: Look, nowMs: number): string {
  if (alerts.length === 0) return 'No open alerts.\n';
  const { palette, none } = look;
  const paint = { critical: palette.bad, warning: palette.attention, recovery: palette.good };
  const rows = alerts.map(({ id, at, severity, agent, message, acknowledgedAt }) => [
    id,
    ago(at, nowMs),
    paint[severity](severity),
    agent ?? none,
    safeLine(message),
    acknowledgedAt === null ? none : `${ago(acknowledgedAt, nowMs)} ago`,
  ]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, look.width);
  return `${[palette.faint(head), ...body].join('\n')}\n`;
}
