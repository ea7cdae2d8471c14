import { describe, expect, it } from 'vitest';
import stringWidth from 'string-width';
import { renderChart } from '../../../src/cli/render/chart.ts';
import { renderHistory } from '../../../src/cli/render/history-view.ts';
import { PLAIN } from '../../../src/cli/render/palette.ts';
import type { HistoryPoint, Span } from '../../../src/core/history.ts';

const MINUTE_MS = 60_000;
const chart = (values: readonly (number | null)[], width = 20) =>
  renderChart(
    values.flatMap((value, i) => (value === null ? [] : [{ atMs: i * MINUTE_MS, value }])),
    { fromMs: 0, toMs: values.length * MINUTE_MS, width, rows: 2, format: String, time: (atMs) => `${atMs / MINUTE_MS}m` },
  );

describe('a chart', () => {
  it('goes from zero to the highest, each column the mean of its time', () => {
    expect(chart([0, 2, 4, 6, 8, 10, 12, 14, 16, 16, 8, 8, 8, 8, 8, 8])).toEqual([
      '16 ┤     ▂▄▆██',
      ' 8 ┤▁▂▄▆████████████',
      ' 0 └────────────────',
      '    0m           16m',
    ]);
  });

  it('shows a gap where there was nothing', () => {
    const [, line = ''] = chart([8, 8, 8, 8, null, null, null, null, null, null, null, null, 8, 8, 8, 8]);
    expect(line).toMatch(/█{4} {6,}█{4}/);
  });

  it('of nothing but zero is a base line', () => {
    expect(chart([0, 0, 0, 0])[0]).toBe('0 ┤');
  });
});

describe('history', () => {
  const span = (avg: number): Span => ({ min: avg, avg, max: avg * 2 });
  const points: HistoryPoint[] = Array.from({ length: 60 }, (_, i) => ({
    at: new Date(Date.UTC(2030, 0, 1, 12, i)).toISOString(),
    stepMs: MINUTE_MS,
    cpu: span(i),
    memory: span((100 + i) * 2 ** 20),
    response: null,
    processes: 1,
    health: 'unknown',
  }));
  const options = { metrics: ['cpu', 'memory', 'response'] as const, fromMs: Date.UTC(2030, 0, 1, 12), toMs: Date.UTC(2030, 0, 1, 13) };
  const look = (forPeople: boolean) => ({ palette: PLAIN, width: forPeople ? 80 : Infinity, forPeople, none: '-' });

  it('fits 80 columns, says least, mean and most, and what grows', () => {
    const text = renderHistory({ agent: 'web', points, growth: { bytesPerHour: 12 * 2 ** 20, sinceMs: 3 * 3_600_000 } }, options, look(true));
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(text).toContain('web  cpu  least 0.0 %, mean 30 %, most 118 %');
    expect(text).toContain('memory grows by 12MB/h since 3h');
    expect(text).not.toContain('response');
  });

  it('is one sample a line in a pipe', () => {
    const lines = renderHistory({ agent: 'web', points, growth: null }, options, look(false)).trimEnd().split('\n');
    expect(lines).toHaveLength(61);
    expect(lines[1]).toMatch(/^web +2030-01-01T12:00:00.000Z +0.0 % +0.0 % +100M +200M +- +- +unknown$/);
  });

  it('of nothing says so', () => {
    expect(renderHistory({ agent: 'web', points: [], growth: null }, options, look(true))).toContain('No samples in the last 1h yet');
  });
});
