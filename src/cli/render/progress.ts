/** Says on a terminal, within 200 ms, what is being waited for; the line goes when it is done. */
import type { Context } from '../context.ts';
import { isTerminal, writeErr } from '../output.ts';

const SHOW_AFTER_MS = 150;
const TURN_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Gives what `work` gives. Shows nothing in a pipe, with `--json` or with `--quiet`. */
export async function withProgress<T>(context: Context, text: string, work: Promise<T>): Promise<T> {
  if (context.json || context.quiet || !isTerminal(2)) return await work;
  let frame = 0;
  const startedAt = performance.now();
  let turning: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    writeErr(`\r\u001B[2K${FRAMES[frame++ % FRAMES.length]} ${text}${seconds < 1 ? '' : ` ${seconds}s`}`);
  };
  const starting = setTimeout(() => {
    draw();
    turning = setInterval(draw, TURN_MS);
  }, SHOW_AFTER_MS);
  try {
    return await work;
  } finally {
    clearTimeout(starting);
    clearInterval(turning);
    if (frame > 0) writeErr('\r\u001B[2K');
  }
}
