/** Writes down an exception that nobody expected, for a report. Holds no arguments: they may be secret. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The path of the log, or undefined where it could be written nowhere. */
export function writeBugLog(home: string | undefined, command: string, error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  const text = `${new Date().toISOString()} muxward ${command}\nNode ${process.version}, ${os.platform()} ${os.release()}\n${stack}${cause}\n`;
  const name = `muxward-bug-${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.log`;
  for (const folder of [home, os.tmpdir()]) {
    if (folder === undefined) continue;
    try {
      const file = path.join(folder, name);
      fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
      return file;
    } catch {
      // The next folder, then.
    }
  }
  return undefined;
}
