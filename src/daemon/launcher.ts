/**
 * Starts processes: prepares the run folder, has tmux start them (placement.ts; or the wrapper that waits in a session)
 * and waits for the report that the process runs. Whether to start at all is decided elsewhere.
 */
import type { AgentType, LaunchContext, LaunchPlan } from '../agents/agent-type.ts';
import type { AgentSpec } from '../core/agent.ts';
import { runFolder, runPaths, type HomePaths } from '../config/paths.ts';
import { canUseKernel } from '../core/kernel-limits.ts';
import { MuxwardError } from '../core/errors.ts';
import { answer } from '../system/fifo-reader.ts';
import type { ManagedAgent } from './managed-agent.ts';
import { effectiveSpec } from './recovery/effective-spec.ts';
import { Placement, type PlacementOptions, type Start } from './placement.ts';
import { RunFiles } from './run-files.ts';
import { typeFirstPrompt } from './type-first-prompt.ts';

export interface LauncherOptions extends PlacementOptions {
  readonly paths: HomePaths;
  readonly typeOf: (name: string) => Promise<AgentType>;
  readonly spawnTimeoutMs: number;
  /** Before a start: nobody else may be in that conversation. Throws where somebody is. */
  readonly claim: (agent: ManagedAgent, sessionId: string) => Promise<void>;
  /** An agent is about to start whose program will call hooks. */
  readonly onHooks: (agent: string) => void;
  /** An agent is about to start whose screen tells what it does. */
  readonly onScreen: (agent: string) => void;
  /** Before an agent starts whose folder its user trusts. */
  readonly onTrust: (spec: AgentSpec) => Promise<void>;
  /** Before agents start that are limited, or were: each gets what the kernel is to hold it by. */
  readonly onLimits: (agents: readonly ManagedAgent[]) => Promise<void>;
}

export class Launcher {
  readonly #options: LauncherOptions;
  readonly #files: RunFiles;
  readonly #placement: Placement;
  /** The specification that the run folder's files were last written for. */
  readonly #written = new WeakMap<ManagedAgent, { readonly spec: AgentSpec; readonly group: string | undefined }>();

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#files = new RunFiles(options.paths);
    this.#placement = new Placement(options);
  }

  /**
   * Starts a new generation of each, all in one go, and returns when each runs or has failed to. The intent is stored
   * before tmux is asked, so that after a crash at any point there is exactly one session.
   * @throws MuxwardError `storage` or `usage`, with nothing started.
   */
  async launch(agents: readonly ManagedAgent[], reason: string): Promise<void> {
    const plans = await Promise.all(agents.map((agent) => this.#plan(agent)));
    for (const [i, agent] of agents.entries()) await this.#claim(agent, plans[i] as LaunchPlan);
    await this.#limit(agents);
    for (const [i, agent] of agents.entries()) this.#write(agent, plans[i] as LaunchPlan);
    this.#files.forget();
    const starts = agents.map((agent, i) => this.#intend(agent, plans[i] as LaunchPlan, reason));
    const tell = this.#options.registry.flushFirst();
    const placed = this.#placement.place(starts);
    this.#options.rush.afterwards(tell);
    await placed;
    for (const { spec } of agents) this.#files.keep(spec);
    await Promise.all(starts.map((start, i) => this.#settle(start, plans[i] as LaunchPlan)));
  }

  /** Resolves once tmux has said where the agent's last start is: a program can end before that. */
  async placed(agent: ManagedAgent): Promise<void> {
    await this.#placement.placed(agent);
  }

  /**
   * Starts the next generation in the session that is there: the waiting wrapper forks it (3–5 ms), and only where none
   * waits does tmux start a wrapper in the old pane.
   */
  async relaunch(agent: ManagedAgent, reason: string): Promise<void> {
    const plan = await this.#plan(agent);
    await this.#limit([agent]);
    if (!this.#isWritten(agent)) this.#write(agent, plan);
    const refused = await this.#claim(agent, plan).then(() => null, (error: unknown) => error);
    const isWished = agent.ending?.kind === 'stopped-by-user';
    const start = this.#intend(agent, plan, reason);
    if (refused !== null) return this.#refuse(start, refused);
    // The journal tells a daemon after this one that it ran again, but not that it was the user's wish and no restart.
    if (isWished) this.#options.registry.flush();
    const verdict = runPaths(this.#options.paths, agent.spec.name).verdict;
    if (agent.record.wrapper === null || answer(verdict, `run ${start.generation}`) === 'no-reader') {
      this.#options.registry.flush();
      await this.#placement.place([start]);
    }
    await this.#settle(start, plan);
  }

  /** Makes a start true that was intended before the daemon was killed: the same generation, in the session that is there. */
  async resume(agent: ManagedAgent): Promise<void> {
    this.#options.registry.patch(agent, { generation: agent.record.generation - 1 });
    await this.relaunch(agent, agent.record.reason);
  }

  /** @throws MuxwardError `usage` where this specification cannot be started. */
  async check(agent: Pick<ManagedAgent, 'spec'>): Promise<void> {
    const type = await this.#options.typeOf(agent.spec.type);
    type.plan(agent.spec, this.#context(agent.spec, 1, null));
  }

  async #plan(agent: ManagedAgent): Promise<LaunchPlan> {
    const { record, cost } = agent;
    const spec = effectiveSpec(agent);
    const type = await this.#options.typeOf(spec.type);
    const more = { hasTalked: (record.earlierSessions ?? []).length > 0, ...(spec.budgetUsd === undefined ? {} : { leftUsd: spec.budgetUsd - cost.usd }) };
    const plan = type.plan(spec, { ...this.#context(spec, record.generation + 1, record.sessionId), ...more });
    if (spec.trust) await this.#options.onTrust(spec);
    return plan;
  }

  #context(spec: AgentSpec, generation: number, sessionId: string | null): LaunchContext {
    const { installation, paths } = this.#options;
    return { generation, sessionId, installation, runFolder: runFolder(paths, spec.name) };
  }

  /** @throws MuxwardError `conflict` where its conversation is another's */
  async #claim(agent: ManagedAgent, { sessionId }: LaunchPlan): Promise<void> {
    if (sessionId !== null) await this.#options.claim(agent, sessionId);
  }

  #refuse({ agent, generation }: Start, error: unknown): void {
    if (!(error instanceof MuxwardError)) throw error;
    this.#options.onFailure(agent, generation, { passing: false, message: error.message });
  }

  async #limit(agents: readonly ManagedAgent[]): Promise<void> {
    if (agents.some(({ spec, record }) => record.cgroup || canUseKernel(spec.limits))) await this.#options.onLimits(agents);
  }

  #write(agent: ManagedAgent, plan: LaunchPlan): void {
    const spec = effectiveSpec(agent);
    this.#files.write(spec, plan, agent.record.cgroup ?? null);
    if (plan.hasHooks) this.#options.onHooks(agent.spec.name);
    if (plan.hasScreen) this.#options.onScreen(agent.spec.name);
    this.#written.set(agent, { spec, group: agent.record.cgroup?.folder });
  }

  /** A plain command starts the same way each time; other types may start differently the second time. */
  #isWritten(agent: ManagedAgent): boolean {
    const spec = effectiveSpec(agent);
    const written = this.#written.get(agent);
    return spec.type === 'worker' && written?.spec === spec && written.group === agent.record.cgroup?.folder;
  }

  #intend(agent: ManagedAgent, plan: LaunchPlan, reason: string): Start {
    const generation = agent.record.generation + 1;
    agent.ending = null;
    this.#options.registry.patch(agent, { generation, exit: null, sessionId: plan.sessionId, ...(plan.resumes === undefined ? {} : { resumes: plan.resumes }), ...(plan.promptGiven === undefined ? {} : { promptGiven: plan.promptGiven }) });
    this.#options.registry.move(agent, 'launch', reason);
    return { agent, generation };
  }

  async #settle({ agent, generation }: Start, plan: LaunchPlan): Promise<void> {
    const { registry, onFailure, spawnTimeoutMs } = this.#options;
    const { record } = agent;
    const settled = (): boolean => record.generation !== generation || record.state !== 'spawning' || record.exit !== null;
    if (!(await registry.until(settled, spawnTimeoutMs))) {
      onFailure(agent, generation, { passing: true, message: `its process did not report within ${spawnTimeoutMs / 1000} s` });
    } else if (plan.typed && record.generation === generation && record.process) {
      await typeFirstPrompt(this.#options, agent, plan.typed);
    }
  }
}
