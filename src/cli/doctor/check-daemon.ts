/** The daemon: does one run, and is it of this version? Does not start one. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../../core/errors.ts';
import { formatDuration } from '../../core/units.ts';
import { isNobodyThere } from '../connection.ts';
import { note, ok, problem, type Check } from './finding.ts';

const TIMEOUT_MS = 3000;

export const checkDaemon: Check = async ({ paths, daemon, installation }) => {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const { pid, version, uptimeMs } = await daemon.call('GET /healthz', undefined, { signal });
    const own = ownVersion(installation);
    if (own !== undefined && own !== version) {
      return [note(`daemon ${version} runs (pid ${pid}), and this is muxward ${own}`, 'muxward daemon stop; agents go on, the next command starts the new one')];
    }
    return [ok(`daemon ${version}, up ${formatDuration(uptimeMs)}, pid ${pid}`)];
  } catch (error) {
    if (isNobodyThere(error)) return [ok(existsSync(paths.database) ? 'daemon stopped, starts on first need' : 'daemon starts on first need')];
    const why = signal.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : error instanceof MuxwardError ? error.message : String(error);
    return [problem(`the daemon does not answer: ${why}`, `look at ${paths.daemonLog}; muxward daemon stop ends it, agents go on`)];
  }
};

function ownVersion(installation: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(path.join(installation, 'package.json'), 'utf8')) as { version?: string };
    return version;
  } catch {
    return undefined;
  }
}
