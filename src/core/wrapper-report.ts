/**
 * The lines that scripts/agent-wrapper.sh writes, to the daemon's FIFO and to `run/<agent>/journal`:
 *
 *     <agent> <generation> started <pid> <start time>
 *     <agent> <generation> ended <status>
 *     <agent> <generation> failed missing-cwd|missing-command
 *
 * The start time is field 22 of /proc/<pid>/stat (clock ticks since boot), 0 where the reader is to look it up: in a pane,
 * where the shell would need a quarter of the start's time for it, and where there is no /proc.
 */

export type WrapperReport =
  | { readonly kind: 'started'; readonly agent: string; readonly generation: number; readonly pid: number; readonly startTime: number }
  | { readonly kind: 'ended'; readonly agent: string; readonly generation: number; readonly status: number }
  | { readonly kind: 'failed'; readonly agent: string; readonly generation: number; readonly why: 'missing-cwd' | 'missing-command' };

const LINE = /^(\S+) (\d+) (?:(started) (\d+) (\d+)|(ended) (\d+)|(failed) (missing-cwd|missing-command))$/;

/** One report, or undefined for a line that was cut short or is not ours. */
export function parseWrapperReport(line: string): WrapperReport | undefined {
  const m = LINE.exec(line);
  if (!m) return undefined;
  const agent = m[1] as string;
  const generation = Number(m[2]);
  if (m[3]) return { kind: 'started', agent, generation, pid: Number(m[4]), startTime: Number(m[5]) };
  if (m[6]) return { kind: 'ended', agent, generation, status: Number(m[7]) };
  return { kind: 'failed', agent, generation, why: m[9] as 'missing-cwd' | 'missing-command' };
}
