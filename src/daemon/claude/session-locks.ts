/**
 * One writer for each conversation: Claude Code lets any number of processes resume a session at once, and they would
 * mix their words. The lock lies beside the sessions, in Claude Code's own folder, so that agents of other homes heed it
 * too. It names a process, and is worth nothing once that is gone.
 */
import fs from 'node:fs';
import path from 'node:path';
import { configFolder } from '../../agents/claude/transcript-path.ts';
import { MuxwardError } from '../../core/errors.ts';
import { identify, livenessOf, type Identity } from '../../system/identity.ts';
import type { ManagedAgent } from '../managed-agent.ts';

interface Holder extends Identity {
  readonly home: string;
  readonly agent: string;
}

export class SessionLocks {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  /**
   * Before a start: this daemon holds it for the agent until its process runs.
   * @throws MuxwardError `conflict` where another agent is in that conversation
   */
  async claim(agent: ManagedAgent, sessionId: string): Promise<void> {
    const folder = folderOf(agent);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { default: lockfile } = await import('proper-lockfile');
    const release = await lockfile.lock(folder, { realpath: false, lockfilePath: path.join(folder, '.guard'), stale: 10_000, retries: { retries: 50, minTimeout: 20, maxTimeout: 200 } });
    try {
      const holder = this.#holder(agent, sessionId);
      if (holder && !this.#isOwn(holder, agent) && lives(holder)) throw taken(agent, sessionId, holder, this.#home);
      this.#write(agent, sessionId, identify(process.pid));
    } finally {
      await release();
    }
  }

  /** Its process runs and is the holder from now on, also after this daemon is gone. */
  hold(agent: ManagedAgent): void {
    const { sessionId, process: running } = agent.record;
    if (sessionId === null || running === null) return;
    fs.mkdirSync(folderOf(agent), { recursive: true, mode: 0o700 });
    const holder = this.#holder(agent, sessionId);
    if (holder === undefined || this.#isOwn(holder, agent) || !lives(holder)) this.#write(agent, sessionId, running);
  }

  release(agent: ManagedAgent, sessionId: string | null): void {
    if (sessionId === null) return;
    const holder = this.#holder(agent, sessionId);
    if (holder && this.#isOwn(holder, agent)) fs.rmSync(fileOf(agent, sessionId), { force: true });
  }

  #isOwn({ home, agent: name }: Holder, agent: ManagedAgent): boolean {
    return home === this.#home && name === agent.spec.name;
  }

  #holder(agent: ManagedAgent, sessionId: string): Holder | undefined {
    try {
      return JSON.parse(fs.readFileSync(fileOf(agent, sessionId), 'utf8')) as Holder;
    } catch {
      return undefined;
    }
  }

  /** By rename: whoever reads sees the old holder or the new one. */
  #write(agent: ManagedAgent, sessionId: string, { pid, startTime }: Identity): void {
    const holder: Holder = { home: this.#home, agent: agent.spec.name, pid, startTime };
    const file = fileOf(agent, sessionId);
    fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(holder), { mode: 0o600 });
    fs.renameSync(`${file}.${process.pid}`, file);
  }
}

function folderOf({ spec }: ManagedAgent): string {
  return path.join(configFolder(spec), 'muxward-sessions');
}

function fileOf(agent: ManagedAgent, sessionId: string): string {
  return path.join(folderOf(agent), `${sessionId.replaceAll(/[^A-Za-z0-9-]/g, '_')}.json`);
}

/** What could not be found out counts as living. */
function lives(holder: Holder): boolean {
  const liveness = livenessOf(holder);
  return liveness === 'alive' || liveness === 'stopped' || liveness === 'unknown';
}

function taken({ spec }: ManagedAgent, sessionId: string, holder: Holder, home: string): MuxwardError {
  const where = holder.home === home ? '' : ` of the home ${holder.home}`;
  return new MuxwardError('conflict', `${spec.name}: the conversation ${sessionId} is held by the agent ${holder.agent}${where} (process ${holder.pid})`, {
    hint: `two writers would mix it up: stop ${holder.agent} first, or fork it: claude --resume ${sessionId} --fork-session`,
  });
}
