/**
 * Looks at the session files of Claude Code agents (`sessions/<pid>.json` of their configuration folder), and tells
 * when one of them may have changed. What stands in them is agents/claude/session-file.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { readSession, type SessionFact } from '../../agents/claude/session-file.ts';
import { configFolder } from '../../agents/claude/transcript-path.ts';
import type { ManagedAgent } from '../managed-agent.ts';

interface Look {
  readonly file: string;
  readonly mtimeMs: number;
  readonly fact: SessionFact | undefined;
}

/** A session file from before the process started is of another process that had its number. */
const CLOCK_SLACK_MS = 2000;

export class SessionFiles {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, fs.FSWatcher>();
  readonly #looks = new WeakMap<ManagedAgent, Look>();

  /** `onChange`: one of the files changed; it is not said which. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Notices changes in this agent's folder from now on, where it is there already. */
  watch({ spec }: ManagedAgent): void {
    const folder = folderOf(spec);
    if (this.#watchers.has(folder) || !fs.existsSync(folder)) return;
    try {
      const watcher = fs.watch(folder, () => this.#onChange());
      this.#watchers.set(folder, watcher);
      watcher.on('error', () => this.#forget(folder));
    } catch {
      // Who looks at intervals sees it a moment later.
    }
  }

  stop(): void {
    for (const folder of this.#watchers.keys()) this.#forget(folder);
  }

  /** What its session file says now; undefined where it has none. Read again only where it changed. */
  look(agent: ManagedAgent, sessionId: string | null): SessionFact | undefined {
    const { process } = agent.record;
    if (process === null) return undefined;
    const file = this.#fileOf(agent, process.pid, sessionId);
    const stat = file === undefined ? undefined : fs.statSync(file, { throwIfNoEntry: false });
    if (file === undefined || stat === undefined) return undefined;
    const last = this.#looks.get(agent);
    if (last?.file === file && last.mtimeMs === stat.mtimeMs) return last.fact;
    const fact = readFile(file);
    const isOld = fact !== undefined && Date.parse(fact.at) + CLOCK_SLACK_MS < Date.parse(process.startedAt);
    const look = { file, mtimeMs: stat.mtimeMs, fact: isOld ? undefined : fact };
    this.#looks.set(agent, look);
    return look.fact;
  }

  /** Named for the process. A `claude` that starts another program has the file under that one's number. */
  #fileOf(agent: ManagedAgent, pid: number, sessionId: string | null): string | undefined {
    const folder = folderOf(agent.spec);
    const own = path.join(folder, `${pid}.json`);
    if (fs.existsSync(own)) return own;
    const known = this.#looks.get(agent)?.file;
    if (known !== undefined && fs.existsSync(known)) return known;
    if (sessionId === null || !fs.existsSync(folder)) return undefined;
    const files = fs.readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => path.join(folder, name));
    return files.find((file) => readFile(file)?.sessionId === sessionId);
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

function folderOf(spec: ManagedAgent['spec']): string {
  return path.join(configFolder(spec), 'sessions');
}

function readFile(file: string): SessionFact | undefined {
  try {
    return readSession(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
