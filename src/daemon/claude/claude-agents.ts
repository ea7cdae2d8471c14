/** What the daemon does for Claude Code agents, as one part: hook calls are read and heard, activity is kept. */
import type { HomePaths } from '../../config/paths.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { EventHub } from '../event-hub.ts';
import type { Registry } from '../registry.ts';
import { ActivityTracker } from './activity-tracker.ts';
import { HookSpool } from './hook-spool.ts';
import { HookStream } from './hook-stream.ts';
import { StartWatch } from './start-watch.ts';

export interface ClaudeAgentsOptions {
  readonly tmux: TmuxServer;
  readonly installation: string;
  /** Resolves when all that an agent's program printed is in its log. */
  readonly drained: (name: string) => Promise<void>;
  readonly registry: Registry;
  readonly hub: EventHub;
  readonly paths: HomePaths;
  readonly onError: (what: string, error: unknown) => void;
}

export class ClaudeAgents {
  readonly hooks: HookStream;
  readonly activity: ActivityTracker;
  readonly starts: StartWatch;
  readonly #registry: Registry;
  readonly #spool: HookSpool;

  constructor({ registry, hub, tmux, paths, installation, drained, onError }: ClaudeAgentsOptions) {
    this.#registry = registry;
    this.hooks = new HookStream(onError);
    this.activity = new ActivityTracker({ registry, hub, hooks: this.hooks });
    this.starts = new StartWatch({ registry, tmux, paths, installation, activity: this.activity, drained, onError });
    this.#spool = new HookSpool({ registry, paths, stream: this.hooks, onError });
  }

  /** Hook calls that came while no daemon ran are heard now: whoever listens to them has subscribed before. */
  start(): void {
    this.activity.start();
    this.#spool.start();
    this.starts.start();
  }

  stop(): void {
    this.starts.stop();
    this.#spool.stop();
    this.activity.stop();
  }

  /** This agent is about to start, and its program will call hooks. */
  begins(name: string): void {
    this.#spool.watch(name);
    const agent = this.#registry.find(name);
    if (!agent) return;
    this.activity.begins(agent);
    this.starts.begins(agent);
  }
}
