/** The checks of one agent, one a line: what is looked at, how often, and what came of it. Pure. */
import type { CheckReport } from '../../core/health.ts';
import { describeProbe } from '../../core/probe-text.ts';
import { formatDuration } from '../../core/units.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'CHECK' },
  { header: 'RESULT' },
  { header: 'FAILS', align: 'right' as const },
  { header: 'EVERY', align: 'right' as const, goes: 2 },
  { header: 'LAST', align: 'right' as const },
  { header: 'ANSWERED IN', align: 'right' as const, goes: 1 },
  { header: 'PROBE', shrinksTo: 12, goes: 3 },
  { header: 'REASON', shrinksTo: 24 },
];

/** Head and lines, without a newline at the end; none where nothing is checked. */
export function checkLines(checks: readonly CheckReport[], look: Look, nowMs: number): string[] {
  if (checks.length === 0) return [];
  const [head = '', ...body] = renderTable(COLUMNS, checks.map((check) => rowOf(check, look, nowMs)), look.width);
  return [look.palette.faint(head), ...body];
}

function rowOf(check: CheckReport, look: Look, nowMs: number): string[] {
  const { last } = check;
  return [
    check.name,
    result(check, look),
    `${check.failures}/${check.failureThreshold}`,
    shortly(check.intervalMs),
    last === null ? look.none : `${ago(last.at, nowMs)} ago`,
    milliseconds(last?.responseMs ?? null) ?? look.none,
    safeLine(describeProbe(check.probe)),
    safeLine(last?.reason ?? look.none),
  ];
}

function result({ verdict, last }: CheckReport, { palette }: Look): string {
  if (verdict === 'failing') return palette.bad(verdict);
  if (last?.outcome === 'unknown') return palette.attention('unknown');
  return verdict === 'passing' ? palette.good(verdict) : palette.faint(verdict);
}

function milliseconds(ms: number | null): string | null {
  return ms === null ? null : `${Math.round(ms)} ms`;
}

function shortly(ms: number): string {
  return ms < 1000 || ms % 1000 !== 0 ? `${ms}ms` : formatDuration(ms);
}
