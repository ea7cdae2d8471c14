/** `q` and Ctrl-C in a live view. */
import { EXIT } from '../core/errors.ts';
import { isTerminal } from './output.ts';

export interface LeaveKeys {
  /** Aborted when the user wants to leave. */
  readonly signal: AbortSignal;
  /** The exit status that leaving means: 0 for q, 130 for Ctrl-C. */
  status(): number;
  /** Gives the terminal back. */
  end(): void;
}

/** Listens to the keyboard, where there is one. */
export function listenForLeave(): LeaveKeys {
  const controller = new AbortController();
  let status: number = EXIT.ok;
  if (!isTerminal(0)) return { signal: controller.signal, status: () => status, end: () => undefined };
  const { stdin } = process;
  const onData = (data: Buffer): void => {
    const key = data.toString();
    if (key !== 'q' && key !== 'Q' && key !== '\u0003') return;
    status = key === '\u0003' ? EXIT.interrupted : EXIT.ok;
    controller.abort();
  };
  stdin.setRawMode(true);
  stdin.on('data', onData);
  const end = (): void => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
  process.once('exit', end);
  return { signal: controller.signal, status: () => status, end };
}
