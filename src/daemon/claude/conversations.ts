/**
 * Which conversation an agent is in: Claude Code begins another one at `/clear` and at a fork, and says so in a hook.
 * The id is stored, so that whatever ends the agent, the next run resumes the right one. And who else is in it: a user
 * who opens it too is told of.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { HookRecord } from '../../agents/claude/hook-record.ts';
import { configFolder } from '../../agents/claude/transcript-path.ts';
import { isObject } from '../../agents/claude/json-lines.ts';
import type { End } from '../../core/end.ts';
import { livenessOf } from '../../system/identity.ts';
import { readStat } from '../../system/process-table.ts';
import type { EventHub } from '../event-hub.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { HookStream } from './hook-stream.ts';
import type { SessionLocks } from './session-locks.ts';

export interface ConversationsOptions {
  readonly registry: Registry;
  readonly hooks: HookStream;
  readonly hub: EventHub;
  readonly locks: SessionLocks;
  readonly onError: (what: string, error: unknown) => void;
}

const EARLIER_KEPT = 20;
/** A user's own `claude` is known of after this at the latest. */
const LOOK_EVERY_MS = 5000;

export class Conversations {
  readonly #options: ConversationsOptions;
  /** The last generation of which Claude Code said that its session has begun. */
  readonly #begun = new WeakMap<ManagedAgent, number>();
  readonly #told = new Set<string>();
  #stops: (() => void)[] = [];

  constructor(options: ConversationsOptions) {
    this.#options = options;
  }

  start(): void {
    const { registry, hooks, hub, locks } = this.#options;
    const onAgent = (name: string | null, then: (agent: ManagedAgent) => void): void => {
      const agent = name === null ? undefined : registry.find(name);
      if (agent?.spec.type === 'claude-code') this.#try(agent, () => then(agent));
    };
    this.#stops = [
      hooks.subscribe((agent, hook) => this.#follow(agent, hook)),
      registry.clock.every(LOOK_EVERY_MS, () => this.#lookForOthers()),
      hub.on('agent.started', ({ agent }) => onAgent(agent, (one) => locks.hold(one))),
      hub.on('agent.changed', ({ agent, data }) => {
        if (data.to === 'terminated' || data.to === 'failed') onAgent(agent, (one) => locks.release(one, one.record.sessionId));
      }),
    ];
    for (const agent of registry.all()) onAgent(agent.spec.name, (one) => locks.hold(one));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** A run that resumed a conversation and ended before it had begun: the id is kept, and the reason says so. */
  explain(agent: ManagedAgent, seen: End): End {
    const { spec, record } = agent;
    const resumed = record.resumes === true && this.#begun.get(agent) !== record.generation;
    if (spec.type !== 'claude-code' || !resumed || seen.kind !== 'exited' || seen.code === 0) return seen;
    return { ...seen, detail: `its conversation ${record.sessionId ?? ''} could not be resumed (exit ${seen.code ?? '?'}); its id is kept` };
  }

  #follow(agent: ManagedAgent, hook: HookRecord): void {
    if (hook.event !== 'SessionStart' || hook.sessionId === '' || hook.generation !== agent.record.generation) return;
    const { registry, locks } = this.#options;
    this.#begun.set(agent, hook.generation);
    const was = agent.record.sessionId;
    if (was === hook.sessionId) return;
    const earlier = [...(was === null ? [] : [was]), ...(agent.record.earlierSessions ?? [])];
    registry.patch(agent, { sessionId: hook.sessionId, earlierSessions: [...new Set(earlier)].filter((id) => id !== hook.sessionId).slice(0, EARLIER_KEPT) });
    registry.emit('conversation.changed', agent.spec.name, { from: was, to: hook.sessionId });
    this.#try(agent, () => {
      locks.release(agent, was);
      locks.hold(agent);
    });
  }

  #lookForOthers(): void {
    const agents = this.#options.registry.all().filter(({ spec, record }) => spec.type === 'claude-code' && record.process !== null && record.sessionId !== null);
    const folders = new Map<string, ManagedAgent[]>();
    for (const agent of agents) {
      const folder = path.join(configFolder(agent.spec), 'sessions');
      folders.set(folder, [...(folders.get(folder) ?? []), agent]);
    }
    for (const [folder, own] of folders) for (const session of sessionsIn(folder)) this.#compare(session, own);
  }

  #compare(session: LiveSession, agents: readonly ManagedAgent[]): void {
    for (const agent of agents) {
      if (agent.record.sessionId !== session.sessionId || isOwnProcess(agent, session.pid)) continue;
      const key = `${agent.record.id} ${session.sessionId} ${session.pid}`;
      if (this.#told.has(key) || livenessOf({ pid: session.pid, startTime: 0 }) !== 'alive') continue;
      this.#told.add(key);
      this.#options.registry.emit('conversation.conflict', agent.spec.name, { sessionId: session.sessionId, pid: session.pid });
    }
  }

  #try(agent: ManagedAgent, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(`${agent.spec.name}: conversation`, error);
    }
  }
}

interface LiveSession {
  readonly pid: number;
  readonly sessionId: string;
}

/** What Claude Code itself says of its running processes. */
function sessionsIn(folder: string): LiveSession[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).flatMap((name) => {
    try {
      const session: unknown = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
      if (!isObject(session) || typeof session['pid'] !== 'number' || typeof session['sessionId'] !== 'string') return [];
      return [{ pid: session['pid'], sessionId: session['sessionId'] }];
    } catch {
      // It has just ended, or writes it just now.
      return [];
    }
  });
}

/** The agent's own, or of a headless one the child of its driver. */
function isOwnProcess({ record }: ManagedAgent, pid: number): boolean {
  if (record.process?.pid === pid) return true;
  const stat = readStat(pid);
  return typeof stat === 'object' && stat.ppid === record.process?.pid;
}
