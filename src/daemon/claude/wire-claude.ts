/** Puts together what the daemon does for Claude Code agents besides typing: conversations, cost and budgets, headless ones. */
import type { HomePaths } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { priceOf } from '../../agents/claude/prices.ts';
import type { Store } from '../../store/store.ts';
import { Budgets } from '../cost/budgets.ts';
import { CostWatch } from '../cost/cost-watch.ts';
import { Ledger } from '../cost/ledger.ts';
import type { EventHub } from '../event-hub.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import { Conversations } from './conversations.ts';
import { HeadlessPort } from './headless/headless-port.ts';
import { HeadlessWatch } from './headless/headless-watch.ts';
import type { HookStream } from './hook-stream.ts';
import { SessionLocks } from './session-locks.ts';
import { UsageLimits } from './usage-limits.ts';

export interface ClaudeOptions {
  readonly registry: Registry;
  readonly store: Store;
  readonly hub: EventHub;
  readonly hooks: HookStream;
  readonly lifecycle: Lifecycle;
  readonly paths: HomePaths;
  readonly settings: Settings;
  /** The task that an agent worked on at that time; null outside tasks. */
  readonly taskAt: (agent: ManagedAgent, at: string) => string | null;
  readonly onLimited: (agent: ManagedAgent, until: string) => void;
  /** Types a prompt at an interactive agent and submits it. */
  readonly send: (name: string, text: string) => Promise<unknown>;
  readonly onError: (what: string, error: unknown) => void;
}

export interface ClaudeParts {
  readonly ledger: Ledger;
  readonly costs: CostWatch;
  readonly budgets: Budgets;
  readonly headless: HeadlessPort;
}

export function startClaude(options: ClaudeOptions): ClaudeParts & { start(): void; stop(): void } {
  const { registry, store, hooks, lifecycle, paths, settings, onError } = options;
  const limits = new UsageLimits(options);
  const ledger = new Ledger({ store, priceOf: (model) => priceOf(model, settings.prices), taskAt: options.taskAt, onFact: (agent, fact) => limits.hear(agent, fact) });
  const budgets = new Budgets(registry, lifecycle);
  const costs = new CostWatch({ registry, ledger, hooks, onError, onSpent: (agent) => budgets.check(agent) });
  const headless = new HeadlessPort(paths);
  const conversations = new Conversations({ ...options, locks: new SessionLocks(paths.home) });
  const watch = new HeadlessWatch({ registry, port: headless, hooks, onError });
  lifecycle.explainers.push(
    (agent, seen) => conversations.explain(agent, seen),
    (agent, seen) => {
      // Why it ended may be the last that it wrote.
      if (seen.kind === 'exited' && seen.code !== 0) costs.look(agent);
      return limits.explain(agent, seen);
    },
  );
  const parts = [conversations, costs, watch, limits];
  return {
    ledger,
    costs,
    budgets,
    headless,
    start: () => parts.forEach((part) => part.start()),
    stop: () => parts.forEach((part) => part.stop()),
  };
}
