/**
 * Makes Claude Code trust a folder that the user said it may: one key is merged into the user's `.claude.json`, under
 * the lock that Claude Code itself takes, by temporary file and rename. Nothing else in it changes.
 */
import fs from 'node:fs';
import { stateFile, withTrust } from '../../agents/claude/trust.ts';
import type { AgentSpec } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import { writePrivateFile } from '../../system/secure-files.ts';

/** Of many agents that start at once, each waits for the one before it and not for the lock. */
let last: Promise<unknown> = Promise.resolve();

export function trustFolder(spec: AgentSpec): Promise<void> {
  const next = last.then(() => trust(spec));
  last = next.catch(() => undefined);
  return next;
}

/** @throws MuxwardError `failed` where the file cannot be read or written; then it is as it was. */
async function trust(spec: AgentSpec): Promise<void> {
  const file = stateFile(spec);
  try {
    const folder = fs.realpathSync(spec.cwd);
    // Only those who trust a folder pay for it.
    const { default: lockfile } = await import('proper-lockfile');
    const release = await lockfile.lock(file, { realpath: false, retries: { retries: 20, minTimeout: 50, maxTimeout: 250 }, stale: 10_000 });
    try {
      const target = fs.existsSync(file) ? fs.realpathSync(file) : file;
      const trusted = withTrust(fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : '{}', folder);
      if (trusted !== undefined) writePrivateFile(target, trusted);
    } finally {
      await release();
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MuxwardError('failed', `${spec.name}: the folder could not be trusted in ${file}: ${why}`, {
      hint: 'leave --trust out, and answer once in: muxward attach NAME',
      cause,
    });
  }
}
