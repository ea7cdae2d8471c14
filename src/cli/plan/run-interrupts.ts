/** What Ctrl-C and `q` mean while a plan runs: the first Ctrl-C cancels, a second leaves at once, `q` lets it run. */
import { EXIT } from '../../core/errors.ts';
import { isTerminal } from '../output.ts';

export interface RunInterrupts {
  /** Aborted by `q`. */
  readonly leaving: AbortSignal;
  /** Gives the terminal back. */
  end(): void;
}

/**
 * @param withKeys whether a person sits there, so that the keyboard is listened to
 * @param onCancel called once
 */
export function listenForInterrupts(withKeys: boolean, onCancel: () => void): RunInterrupts {
  const leaving = new AbortController();
  let isCancelled = false;
  const cancel = (): void => {
    if (isCancelled) process.exit(EXIT.interrupted);
    isCancelled = true;
    onCancel();
  };
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', cancel);
  if (!withKeys || !isTerminal(0)) return { leaving: leaving.signal, end: () => undefined };
  const { stdin } = process;
  const onData = (data: Buffer): void => {
    const key = data.toString();
    if (key === '\u0003') cancel();
    else if (key === 'q' || key === 'Q') leaving.abort();
  };
  stdin.setRawMode(true);
  stdin.on('data', onData);
  const end = (): void => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
  process.once('exit', end);
  return { leaving: leaving.signal, end };
}
