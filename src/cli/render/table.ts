/** Tables without borders that fit a width: the least needed columns go first, in an order that the table gives. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

export interface Column {
  readonly header: string;
  readonly align?: 'left' | 'right';
  /** Goes when there is no room: 1 first; columns with the same number go together. Never where absent. */
  readonly goes?: number;
  /** May be cut down to this width before anything goes. */
  readonly shrinksTo?: number;
}

const GAP = 2;
/** The lines of the table, header first, none longer than `width` unless the columns that never go are. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = columns.map((column, index) =>
    Math.max(stringWidth(column.header), ...rows.map((row) => stringWidth(row[index] ?? ''))),
  );
  const fitted = fit(columns, widths, width);
  const lineOf = (row: readonly string[]): string => {
    const cells = columns.flatMap(({ align }, index) => {
      const room = fitted[index];
      return room === undefined ? [] : [pad(row[index] ?? '', room, align)];
    });
    return cells.join(' '.repeat(GAP)).trimEnd();
  };
  return [lineOf(columns.map(({ header }) => header)), ...rows.map(lineOf)];
}

/** The width that each column gets, undefined for those that go. */
export function fit(columns: readonly Column[], widths: readonly number[], width: number): (number | undefined)[] {
  const order = [...new Set(columns.flatMap(({ goes }) => (goes === undefined ? [] : [goes])))].toSorted((a, b) => a - b);
  let fitted: (number | undefined)[] = [...widths];
  for (const next of [...order, undefined]) {
    const shrunk = shrink(columns, fitted, width);
    if (total(shrunk) <= width || next === undefined) return shrunk;
    fitted = fitted.map((each, index) => (columns[index]?.goes === next ? undefined : each));
  }
  return fitted;
}

function shrink(columns: readonly Column[], widths: readonly (number | undefined)[], width: number): (number | undefined)[] {
  let excess = total(widths) - width;
  return widths.map((each, index) => {
    const least = columns[index]?.shrinksTo;
    if (each === undefined || least === undefined || excess <= 0) return each;
    const less = Math.min(excess, Math.max(0, each - least));
    excess -= less;
    return each - less;
  });
}

function total(widths: readonly (number | undefined)[]): number {
  const present = widths.filter((each) => each !== undefined);
  return present.reduce((sum, each) => sum + each, 0) + GAP * Math.max(0, present.length - 1);
}

function pad(text: string, width: number, align: Column['align']): string {
  const long = stringWidth(text);
  if (long > width) return pad(cliTruncate(text, width), width, align);
  const filler = ' '.repeat(width - long);
  return align === 'right' ? filler + text : text + filler;
}
