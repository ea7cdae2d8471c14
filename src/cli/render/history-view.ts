/** What an agent used over time: charts for a person, one sample a line in a pipe. Pure. */
import type { Growth, HistoryMetric, HistoryPoint, HistoryReply, Span } from '../../core/history.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import { renderChart } from './chart.ts';
import type { Look } from './look.ts';
import { renderTable } from './table.ts';

export interface HistoryViewOptions {
  readonly metrics: readonly HistoryMetric[];
  readonly fromMs: number;
  readonly toMs: number;
}

const CHART_WIDTH = 80;
const CHART_ROWS = 5;
const DAY_MS = 24 * 3_600_000;

const FORMATS: Readonly<Record<HistoryMetric, (value: number) => string>> = {
  cpu: (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} %`,
  memory: (value) => formatSize(value),
  response: (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`,
};

export function renderHistory({ agent, points, growth }: HistoryReply, options: HistoryViewOptions, look: Look): string {
  const { palette } = look;
  const time = formatDuration(options.toMs - options.fromMs);
  if (points.length === 0) return `${palette.strong(agent)}  No samples in the last ${time} yet: they are taken every few seconds while it runs.\n\n`;
  if (!look.forPeople) return `${table(agent, points, options.metrics).join('\n')}\n${growth === null ? '' : `${agent}  ${growthInWords(growth)}\n`}`;
  const charts = options.metrics.flatMap((metric) => chartOf(agent, metric, points, options, look));
  const leak = growth === null ? [] : [palette.attention(`${growthInWords(growth)}: it looks like a leak`), ''];
  return `${[...charts, ...leak].join('\n')}\n`;
}

/** `memory grows by 12MB/h since 3h`. */
function growthInWords({ bytesPerHour, sinceMs }: Growth): string {
  return `memory grows by ${formatSize(bytesPerHour)}B/h since ${formatDuration(sinceMs)}`;
}

function chartOf(agent: string, metric: HistoryMetric, points: readonly HistoryPoint[], { fromMs, toMs }: HistoryViewOptions, { palette, width }: Look): string[] {
  const spans = points.flatMap((point): { atMs: number; span: Span }[] => {
    const span = point[metric];
    return span === null ? [] : [{ atMs: Date.parse(point.at), span }];
  });
  if (spans.length === 0) return [];
  const format = FORMATS[metric];
  const mean = spans.reduce((sum, { span }) => sum + span.avg, 0) / spans.length;
  const [least, most] = [Math.min(...spans.map(({ span }) => span.min)), Math.max(...spans.map(({ span }) => span.max))];
  const head = `${palette.strong(agent)}  ${metric}  ${palette.faint(`least ${format(least)}, mean ${format(mean)}, most ${format(most)}`)}`;
  const chart = renderChart(
    spans.map(({ atMs, span }) => ({ atMs, value: span.avg })),
    { fromMs, toMs, width: Math.min(width, CHART_WIDTH), rows: CHART_ROWS, format, time: (atMs) => timeOf(atMs, toMs - fromMs) },
  );
  return [head, ...chart, ''];
}

function timeOf(atMs: number, spanMs: number): string {
  const at = new Date(atMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return spanMs > DAY_MS ? `${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}` : clock;
}

function table(agent: string, points: readonly HistoryPoint[], metrics: readonly HistoryMetric[]): string[] {
  const right = { align: 'right' as const };
  const columns = [{ header: 'AGENT' }, { header: 'AT' }, ...metrics.flatMap((metric) => [{ header: metric.toUpperCase(), ...right }, { header: 'MOST', ...right }]), { header: 'HEALTH' }];
  const rows = points.map((point) => [
    agent,
    point.at,
    ...metrics.flatMap((metric) => {
      const span = point[metric];
      return span === null ? ['-', '-'] : [FORMATS[metric](span.avg), FORMATS[metric](span.max)];
    }),
    point.health,
  ]);
  return renderTable(columns, rows, Number.POSITIVE_INFINITY);
}
