/** Keeps agents' cost up to date: reads their transcripts when a hook says that something happened, and now and then. */
import type { HookStream } from '../claude/hook-stream.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { Ledger } from './ledger.ts';

export interface CostWatchOptions {
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly hooks: HookStream;
  /** Its sum has grown, or is known for the first time. */
  readonly onSpent: (agent: ManagedAgent) => void;
  readonly onError: (what: string, error: unknown) => void;
}

/** Where no hook tells of it: one look costs a few calls of stat. */
const LOOK_EVERY_MS = 2000;
/** Hooks come in bursts, and the program writes a moment after them. */
const AFTER_HOOK_MS = 60;
/** What ended may have written its last lines a moment before. */
const LOOKS_AFTER_END = 2;

export class CostWatch {
  readonly #options: CostWatchOptions;
  readonly #due = new Set<ManagedAgent>();
  readonly #looksLeft = new Map<ManagedAgent, number>();
  #soon: NodeJS.Timeout | null = null;
  #stops: (() => void)[] = [];

  constructor(options: CostWatchOptions) {
    this.#options = options;
  }

  /** What happened while no daemon ran is read first. */
  start(): void {
    const { registry, hooks } = this.#options;
    for (const agent of registry.all()) if (isCounted(agent)) this.#refresh(agent);
    for (const agent of registry.all()) if (isCounted(agent)) this.#due.add(agent);
    this.#lookSoon(0);
    this.#stops = [
      registry.clock.every(LOOK_EVERY_MS, () => this.#lookAtAll()),
      hooks.subscribe((agent) => {
        this.#due.add(agent);
        this.#lookSoon(AFTER_HOOK_MS);
      }),
    ];
  }

  stop(): void {
    if (this.#soon) clearTimeout(this.#soon);
    for (const stop of this.#stops) stop();
  }

  /** Reads at once, for somebody who asks for the sum of now. */
  look(agent: ManagedAgent): void {
    try {
      if (isCounted(agent) && this.#options.ledger.read(agent)) this.#refresh(agent);
    } catch (error) {
      this.#options.onError(`${agent.spec.name}: cost`, error);
    }
  }

  /** The sum anew, from what is counted. */
  #refresh(agent: ManagedAgent): void {
    const { ledger, registry, onSpent } = this.#options;
    const { usd, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = ledger.spent(agent);
    agent.cost = { usd, inputTokens: inputTokens + cacheReadTokens + cacheWriteTokens, outputTokens };
    registry.notice();
    onSpent(agent);
  }

  #lookAtAll(): void {
    for (const agent of this.#options.registry.all()) {
      if (!isCounted(agent)) continue;
      const left = agent.record.process === null ? (this.#looksLeft.get(agent) ?? LOOKS_AFTER_END) : LOOKS_AFTER_END + 1;
      if (left > 0) this.#due.add(agent);
      this.#looksLeft.set(agent, left - 1);
    }
    this.#lookSoon(0);
  }

  #lookSoon(afterMs: number): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      const due = [...this.#due];
      this.#due.clear();
      for (const agent of due) this.look(agent);
    }, afterMs);
  }
}

function isCounted({ spec }: ManagedAgent): boolean {
  return spec.type === 'claude-code';
}
