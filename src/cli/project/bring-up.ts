/**
 * Carries out a plan of `up`: every agent starts as soon as those it needs are as they must be, all at once
 * otherwise. What failed holds back those that need it and no other. What has to be done is config/project/plan.ts.
 */
import { hasCompleted, type PlannedAgent } from '../../config/project/plan.ts';
import type { Need } from '../../config/project/project.ts';
import type { Agent, AgentSpec } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isLive } from '../../core/state.ts';
import type { Connection } from '../connection.ts';

/** What became of one agent. */
export type Brought =
  | { readonly outcome: 'started' | 'restarted' | 'unchanged'; readonly name: string; readonly detail: string; readonly agent: Agent }
  | { readonly outcome: 'failed'; readonly name: string; readonly detail: string; readonly error: MuxwardError }
  | {
      readonly outcome: 'held-back';
      readonly name: string;
      readonly detail: string;
      /** What it needs, what that needs, down to the one that failed. */
      readonly links: readonly Need[];
      /** What happened there. */
      readonly cause: string;
    };

export interface BringUp {
  readonly plan: readonly PlannedAgent[];
  /** Of every agent that is to be started. */
  readonly specs: ReadonlyMap<string, AgentSpec>;
  /** What there is, by name. */
  readonly current: ReadonlyMap<string, Agent>;
  /** How long a dependency may take to become healthy. */
  readonly healthyTimeoutMs: number;
  readonly daemon: Connection;
  tell(news: { readonly kind: 'done'; readonly brought: Brought } | { readonly kind: 'waits'; readonly name: string; readonly need: Need }): void;
}

/** Why something is not met: the needs down to what failed, and what happened there. */
interface Unmet {
  readonly links: readonly Need[];
  readonly cause: string;
}

/** The outcomes in the order of the plan. */
export async function bringUp(job: BringUp): Promise<Brought[]> {
  return await new BringingUp(job).all();
}

class BringingUp {
  readonly #job: BringUp;
  readonly #planned: ReadonlyMap<string, PlannedAgent>;
  readonly #brought = new Map<string, Promise<Brought>>();
  readonly #reached = new Map<string, Promise<Unmet | undefined>>();
  #batch: Starting[] = [];

  constructor(job: BringUp) {
    this.#job = job;
    this.#planned = new Map(job.plan.map((planned) => [planned.agent.name, planned]));
  }

  async all(): Promise<Brought[]> {
    return await Promise.all([...this.#planned.keys()].map((name) => this.#bring(name)));
  }

  #bring(name: string): Promise<Brought> {
    const known = this.#brought.get(name);
    if (known !== undefined) return known;
    const brought = this.#bringOnce(name).then((outcome) => {
      this.#job.tell({ kind: 'done', brought: outcome });
      return outcome;
    });
    this.#brought.set(name, brought);
    return brought;
  }

  async #bringOnce(name: string): Promise<Brought> {
    const { agent, action, why } = this.#planned.get(name) as PlannedAgent;
    const there = this.#job.current.get(name);
    if (action === 'keep' && there !== undefined) return { outcome: 'unchanged', name, detail: why, agent: there };
    const unmet = await Promise.all(agent.needs.map((need) => this.#reach(need, name)));
    const first = unmet.find((each) => each !== undefined);
    if (first !== undefined) return heldBack(name, first);
    return await new Promise((resolve, reject) => {
      if (this.#batch.length === 0) setImmediate(() => void this.#startBatch().catch(reject));
      this.#batch.push({ name, isNew: action === 'create', resolve, reject });
    });
  }

  /** Undefined once the need is met. */
  #reach(need: Need, forName: string): Promise<Unmet | undefined> {
    const key = `${need.name} ${need.condition}`;
    const known = this.#reached.get(key);
    if (known !== undefined) return known;
    const reached = this.#reachOnce(need, forName);
    this.#reached.set(key, reached);
    return reached;
  }

  async #reachOnce(need: Need, forName: string): Promise<Unmet | undefined> {
    const brought = await this.#bring(need.name);
    if (brought.outcome === 'failed') return unmet(need, brought.detail);
    if (brought.outcome === 'held-back') return { links: [need, ...brought.links], cause: brought.cause };
    if (hasCompleted(brought.agent)) return need.condition === 'healthy' ? unmet(need, `${need.name} has completed and does not run`) : undefined;
    if (need.condition === 'started') return undefined;
    this.#job.tell({ kind: 'waits', name: forName, need });
    const timeoutMs = need.condition === 'healthy' ? this.#job.healthyTimeoutMs : null;
    const reply = await this.#job.daemon.call('POST /api/wait', {
      selector: { names: [need.name] },
      for: need.condition === 'healthy' ? 'healthy' : 'exit',
      timeoutMs,
    });
    return judge(need, reply.agents[0], reply.timedOut ? timeoutMs : null);
  }

  /** All that can start at this moment, in one request for the new and one for the others. */
  async #startBatch(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    const fresh = batch.filter(({ isNew }) => isNew);
    const others = batch.filter(({ isNew }) => !isNew);
    await Promise.all([this.#start(fresh, false), this.#start(others, true)]);
  }

  async #start(batch: readonly Starting[], replace: boolean): Promise<void> {
    if (batch.length === 0) return;
    const specs = batch.flatMap(({ name }) => this.#job.specs.get(name) ?? []);
    try {
      const { agents } = await this.#job.daemon.call('POST /api/agents', { specs, replace });
      const byName = new Map(agents.map((agent) => [agent.name, agent]));
      for (const { name, resolve } of batch) resolve(started(byName.get(name) as Agent, replace));
    } catch (error) {
      await this.#afterFailure(batch, replace, error);
    }
  }

  /** One that fails spoils the answer for all: the others are looked up, or tried by themselves. */
  async #afterFailure(batch: readonly Starting[], replace: boolean, error: unknown): Promise<void> {
    const [only] = batch;
    if (!(error instanceof MuxwardError) || error.code === 'unreachable') return batch.forEach(({ reject }) => reject(error));
    if (only !== undefined && batch.length === 1) return only.resolve({ outcome: 'failed', name: only.name, detail: error.message, error });
    const { agents } = await this.#job.daemon.call('GET /api/agents', { all: true });
    const byName = new Map(agents.map((agent) => [agent.name, agent]));
    await Promise.all(
      batch.map(async (each) => {
        const there = byName.get(each.name);
        const isAsDeclared = there?.declaredAs === this.#job.specs.get(each.name)?.declaredAs;
        if (there === undefined || !isAsDeclared) return await this.#start([each], replace);
        if (isLive(there.state) || hasCompleted(there)) return each.resolve(started(there, replace));
        return await this.#start([each], true);
      }),
    );
  }
}

interface Starting {
  readonly name: string;
  readonly isNew: boolean;
  readonly resolve: (brought: Brought) => void;
  readonly reject: (error: unknown) => void;
}

function started(agent: Agent, again: boolean): Brought {
  const { name, state, reason, pid } = agent;
  if (state === 'failed') {
    const detail = `${name} failed: ${reason}`;
    return { outcome: 'failed', name, detail, error: new MuxwardError('failed', detail, { hint: `muxward logs ${name}` }) };
  }
  const detail = pid === null ? `is ${state} (${reason})` : `runs (pid ${pid})`;
  return { outcome: again ? 'restarted' : 'started', name, detail, agent };
}

function unmet(need: Need, cause: string): Unmet {
  return { links: [need], cause };
}

function judge(need: Need, agent: Agent | undefined, timedOutMs: number | null): Unmet | undefined {
  const { name, condition } = need;
  if (agent === undefined) return unmet(need, `${name} is gone`);
  if (timedOutMs !== null) return unmet(need, `${name} was not healthy within ${timedOutMs / 1000} s (${agent.health.failures} probes failed)`);
  const isMet = condition === 'completed' ? hasCompleted(agent) : isLive(agent.state);
  return isMet ? undefined : unmet(need, `${name} ${agent.state === 'failed' ? 'failed' : `is ${agent.state}`}: ${agent.reason}`);
}

const IN_WORDS: Readonly<Record<Need['condition'], string>> = { started: '', healthy: ' to be healthy', completed: ' to have completed' };

/** `db to be healthy`. */
export function needInWords({ name, condition }: Need): string {
  return `${name}${IN_WORDS[condition]}`;
}

function heldBack(name: string, { links, cause }: Unmet): Brought {
  return { outcome: 'held-back', name, links, cause, detail: `needs ${links.map(needInWords).join(', which needs ')}: ${cause}` };
}
