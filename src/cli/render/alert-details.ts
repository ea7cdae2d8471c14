/** One alert with what channels were told of it, and what a test came to. Pure. */
import type { Alert, Delivery, TestOutcome } from '../../core/alert.ts';
import { ago } from './agent-cells.ts';
import { paintSeverity } from './alert-table.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

export function renderAlert(alert: Alert, deliveries: readonly Delivery[], look: Look, nowMs: number): string {
  const { palette } = look;
  const when = (at: string | null): string => (at === null ? look.none : `${at} (${ago(at, nowMs)} ago)`);
  const facts: [string, string][] = [
    ['rule', safeLine(alert.rule)],
    ['agents', alert.agents.length === 0 ? look.none : alert.agents.join(', ')],
    ['raised', when(alert.at)],
    ...(alert.count > 1 ? ([['times', `${alert.count}, the last ${ago(alert.lastAt, nowMs)} ago`]] satisfies [string, string][]) : []),
    ['seen', when(alert.acknowledgedAt)],
    ['over', when(alert.closedAt)],
    ...(alert.escalatedAt === null ? [] : ([['escalated', when(alert.escalatedAt)]] satisfies [string, string][])),
  ];
  const lines = facts.map(([name, value]) => `  ${palette.faint(name.padEnd(9))}  ${value}`);
  return `${[`${paintSeverity(alert.severity, palette)}  ${safeLine(alert.message)}`, ...lines, '', ...deliveryLines(alert, deliveries, look, nowMs)].join('\n')}\n`;
}

const COLUMNS = [{ header: 'CHANNEL' }, { header: 'TOLD' }, { header: 'STATE' }, { header: 'TRIES', align: 'right' as const, goes: 1 }, { header: 'AGO', align: 'right' as const, goes: 2 }, { header: 'ANSWER', shrinksTo: 16 }];

function deliveryLines({ silenced }: Alert, deliveries: readonly Delivery[], { palette, width, none }: Look, nowMs: number): string[] {
  if (deliveries.length === 0) return [silenced ? 'Nobody was told: it is silenced.' : 'No channel was told.'];
  const paint = { delivered: palette.good, 'given-up': palette.bad, pending: palette.attention, held: palette.faint, dropped: palette.faint };
  const rows = deliveries.map(({ channel, kind, state, attempts, at, detail }) => [channel, kind, paint[state](state), String(attempts), ago(at, nowMs), safeLine(detail) || none]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, width);
  return [palette.faint(head), ...body];
}

export function renderTest(alert: Alert, outcomes: readonly TestOutcome[], { palette, forPeople }: Look): string {
  const lines = outcomes.map(({ channel, ok, detail, tookMs }) => {
    const sign = ok ? palette.good(forPeople ? '✔' : 'ok') : palette.bad(forPeople ? '✘' : 'failed');
    return `${sign} ${palette.strong(channel)}  ${safeLine(detail)}  ${palette.faint(`${tookMs} ms`)}`;
  });
  const none = outcomes.length === 0 ? ['No channels are configured: alerts are listed, and hooks run. See docs/alerts.md.'] : [];
  return `${[...lines, ...none, `${alert.id} raised; acknowledge it: muxward alerts ack ${alert.id}`].join('\n')}\n`;
}
