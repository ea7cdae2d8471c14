/** A view that changes: redrawn in place on a terminal, one state after the other in a pipe. */
import type { Context } from '../context.ts';

export interface LiveView {
  show(text: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

export async function createLiveView(context: Context): Promise<LiveView> {
  if (!context.terminal) return pipeView(context);
  const { createLogUpdate } = await import('log-update');
  const redraw = createLogUpdate(process.stdout);
  process.once('exit', () => redraw.done());
  return {
    show: (text) => redraw(clip(text.trimEnd(), process.stdout.rows ?? 24)),
    end: () => redraw.done(),
  };
}

/** Cuts at the bottom what does not fit the terminal's height, and says how much. */
export function clip(text: string, rows: number): string {
  const lines = text.split('\n');
  const room = rows - 1;
  if (lines.length <= room) return text;
  return [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines: a taller window shows them`].join('\n');
}

function pipeView(context: Context): LiveView {
  let last = '';
  return {
    show(text) {
      if (text === last) return;
      context.out(last === '' ? text : `\n${text}`);
      last = text;
    },
    end: () => undefined,
  };
}
