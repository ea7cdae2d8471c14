/** A small chart of blocks for a terminal. Pure. */

export interface ChartPoint {
  readonly atMs: number;
  readonly value: number;
}

export interface ChartOptions {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the whole chart, with its scale. */
  readonly width: number;
  readonly rows: number;
  readonly format: (value: number) => string;
  readonly time: (atMs: number) => string;
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** From zero to the highest value; where there was no sample nothing is drawn. Each column is the mean of its time. */
export function renderChart(points: readonly ChartPoint[], { fromMs, toMs, width, rows, format, time }: ChartOptions): string[] {
  const top = Math.max(...points.map(({ value }) => value), 0);
  const labels = [format(top), format(top / 2), format(0)];
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const columns = Math.max(10, width - labelWidth - 2);
  const heights = columnsOf(points, { fromMs, toMs, columns }).map((value) => (value === null || top === 0 ? null : Math.max(1, Math.round((value / top) * rows * 8))));
  const lines = Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * 8;
    const bar = heights.map((height) => BLOCKS[Math.min(8, Math.max(0, (height ?? 0) - below))] ?? ' ').join('');
    const label = row === 0 ? labels[0] : row === Math.floor(rows / 2) ? labels[1] : '';
    return `${(label ?? '').padStart(labelWidth)} ${label === '' ? '│' : '┤'}${bar}`.trimEnd();
  });
  const axis = `${(labels[2] ?? '').padStart(labelWidth)} └${'─'.repeat(columns)}`;
  const [begin, end] = [time(fromMs), time(toMs)];
  const times = `${' '.repeat(labelWidth + 2)}${begin}${end.padStart(Math.max(end.length + 1, columns - begin.length))}`;
  return [...lines, axis, times];
}

/** The mean of what falls into each column. Where samples are rarer than columns the last one holds, but over no longer gap. */
function columnsOf(points: readonly ChartPoint[], { fromMs, toMs, columns }: { fromMs: number; toMs: number; columns: number }): (number | null)[] {
  const stepMs = Math.max(1, (toMs - fromMs) / columns);
  const sums = Array.from({ length: columns }, () => ({ sum: 0, n: 0 }));
  for (const { atMs, value } of points) {
    const cell = sums[Math.min(columns - 1, Math.floor((atMs - fromMs) / stepMs))];
    if (cell === undefined) continue;
    cell.sum += value;
    cell.n += 1;
  }
  const holds = Math.ceil((usualGapMs(points) * 1.5) / stepMs);
  let held: number | null = null;
  let heldFor = 0;
  return sums.map(({ sum, n }) => {
    heldFor = n > 0 ? holds : heldFor - 1;
    if (n > 0) held = sum / n;
    return heldFor >= 0 ? held : null;
  });
}

function usualGapMs(points: readonly ChartPoint[]): number {
  const gaps = points.slice(1).map(({ atMs }, i) => atMs - (points[i]?.atMs ?? atMs));
  return gaps.toSorted((x, y) => x - y)[Math.floor(gaps.length / 2)] ?? 0;
}
