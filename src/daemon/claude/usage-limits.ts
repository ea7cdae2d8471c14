/**
 * An account's usage limit, or an API that is overloaded or broken: the agent rests until that may be over, and then
 * goes on with what it was doing. No start is spent on it: an interactive agent waits at its prompt and is told to go
 * on; a headless one's driver does that itself.
 */
import { goOn, goOnAtMs, passes } from '../../agents/claude/api-trouble.ts';
import type { TranscriptFact } from '../../agents/claude/transcript-facts.ts';
import type { End } from '../../core/end.ts';
import { isRunning } from '../../core/state.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

export interface UsageLimitsOptions {
  readonly registry: Registry;
  /** An interactive agent's activity says so. */
  readonly onLimited: (agent: ManagedAgent, until: string) => void;
  readonly send: (name: string, text: string) => Promise<unknown>;
  readonly onError: (what: string, error: unknown) => void;
}

/** The wall clock decides: timers do not count while a machine is suspended. */
const LOOK_EVERY_MS = 1000;
/** A failure that is read this late is one of the past. */
const OLD_MS = 10 * 60_000;
const SIGN_IN = 'Claude Code is not signed in, or its key is not valid: run claude there and sign in, or set the key anew';

export class UsageLimits {
  readonly #options: UsageLimitsOptions;
  readonly #failed = new WeakMap<ManagedAgent, { readonly generation: number; readonly error: string; readonly isUsageLimit: boolean; readonly inARow: number }>();
  #endLooks = (): void => undefined;

  constructor(options: UsageLimitsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#endLooks = this.#options.registry.clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  stop(): void {
    this.#endLooks();
  }

  /** A call of the API failed, or came through, as the transcript says. */
  hear(agent: ManagedAgent, fact: TranscriptFact): void {
    if (fact.kind === 'usage') this.#failed.delete(agent);
    if (fact.kind !== 'failure' || agent.record.process === null) return;
    const nowMs = this.#options.registry.clock.now().getTime();
    const atMs = fact.at === null ? nowMs : Date.parse(fact.at);
    const { failure } = fact;
    const before = this.#failed.get(agent)?.inARow ?? 0;
    const endsMs = goOnAtMs(failure, atMs, before);
    if (failure.isUsageLimit ? endsMs <= nowMs : nowMs - atMs > OLD_MS) return;
    const { error, isUsageLimit, text } = failure;
    this.#failed.set(agent, { generation: agent.record.generation, error, isUsageLimit, inARow: before + 1 });
    if (passes(failure)) this.#park(agent, new Date(endsMs).toISOString(), text);
  }

  /** An end while the limit lasts waits for its reset; one for want of a login is hopeless. */
  explain(agent: ManagedAgent, seen: End): End {
    if (seen.kind !== 'exited' || seen.code === 0) return seen;
    const until = agent.record.limitedUntil;
    if (until && Date.parse(until) > this.#options.registry.clock.now().getTime()) {
      return { ...seen, kind: 'usage-limit', until, detail: `the usage limit is reached until ${until}` };
    }
    const failed = this.#failed.get(agent);
    if (failed?.generation !== agent.record.generation || failed.error !== 'authentication_failed') return seen;
    return { ...seen, kind: 'auth', detail: SIGN_IN };
  }

  #park(agent: ManagedAgent, until: string, message: string): void {
    if (agent.record.limitedUntil === until) return;
    const { registry } = this.#options;
    registry.patch(agent, { limitedUntil: until });
    registry.emit('usage.limited', agent.spec.name, { until, message });
    if (!agent.spec.headless) this.#options.onLimited(agent, until);
  }

  #look(): void {
    const { registry } = this.#options;
    const nowMs = registry.clock.now().getTime();
    for (const agent of registry.all()) {
      const { limitedUntil: until } = agent.record;
      if (!until || !isRunning(agent.record.state) || agent.record.state === 'paused') continue;
      if (Date.parse(until) <= nowMs) this.#goOn(agent);
    }
  }

  #goOn(agent: ManagedAgent): void {
    const { registry, send, onError } = this.#options;
    registry.patch(agent, { limitedUntil: null });
    // A headless agent's driver knows the time, too, and goes on by itself; so did one that its user has told to.
    const { status } = agent.activity;
    if (agent.spec.headless || status === 'working' || status === 'waiting') return;
    send(agent.spec.name, goOn(this.#failed.get(agent)?.isUsageLimit ?? true)).catch((error: unknown) => onError(`${agent.spec.name}: going on after a usage limit`, error));
  }
}
