/** The daemon's own log: one line each on standard output, which its starter sends to `daemon.log`. Never an environment value. */
import { MuxwardError } from '../core/errors.ts';

export interface Log {
  info(message: string): void;
  warn(what: string, error: unknown): void;
  error(what: string, error: unknown): void;
}

export function makeLog(write: (line: string) => void): Log {
  const line = (level: string, message: string): void => write(`${new Date().toISOString()} ${level} ${message}\n`);
  return {
    info: (message) => line('info ', message),
    warn: (what, error) => line('warn ', `${what}: ${describe(error)}`),
    error: (what, error) => line('error', `${what}: ${describe(error)}`),
  };
}

function describe(error: unknown): string {
  if (error instanceof MuxwardError) return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
