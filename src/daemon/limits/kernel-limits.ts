/**
 * Has the kernel hold agents to their limits, where cgroup v2 lets us: a group for each limited agent, which it enters
 * before its program runs (run-files.ts) and which goes when it ends. Also what that group knows: how much was used,
 * and whether the kernel killed for want of memory. Where a group cannot be had, samples do it all (limit-watch.ts).
 */
import fs from 'node:fs';
import path from 'node:path';
import { statusOfEnd } from '../../core/end.ts';
import { CONTROLLERS, canUseKernel, holdsCpu, kernelValues, limitsOf } from '../../core/kernel-limits.ts';
import type { Resources } from '../../core/agent.ts';
import { actionOf } from '../../core/limits.ts';
import type { ResourcesReply } from '../../core/protocol.ts';
import { isLive } from '../../core/state.ts';
import { formatSize } from '../../core/units.ts';
import { cgroupOf, cpuUsedMs, killAll, memoryHeld, removeGroup, valueOf, write } from '../../system/cgroup.ts';
import { livenessOf } from '../../system/identity.ts';
import type { Explain } from '../ends.ts';
import type { AgentCgroup, ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { CgroupBase } from './cgroup-base.ts';

export interface KernelLimitsOptions {
  readonly registry: Registry;
  /** 0 while there is none. */
  readonly serverPid: () => number;
  /** The user wants none of it: what is left of earlier groups is tidied up. */
  readonly isOff: boolean;
  readonly onError: (what: string, error: unknown) => void;
}

interface Reading {
  readonly generation: number;
  readonly cpuMs: number;
  readonly atMs: number;
  readonly periods: number;
  readonly heldBack: number;
}

const SIGKILL_STATUS = 137;
const GROUP_PREFIX = 'agent-';
/** Looks, one a second, before what an ended agent left in its group is killed: by then its marks have been followed. */
const PATIENCE = 5;
const KILL_WAIT_MS = 1000;

export class KernelLimits {
  readonly #options: KernelLimitsOptions;
  #base: CgroupBase | null = null;
  #opening: Promise<CgroupBase | null> | null = null;
  /** Said once for each server. */
  #refused: { readonly serverPid: number; readonly why: string } | null = null;
  /** Looks at which the group of an ended agent was still in use. */
  readonly #groups = new Map<string, { readonly agent: string; looks: number }>();
  readonly #readings = new WeakMap<ManagedAgent, Reading>();
  /** The part of the periods since the sample before in which it had to wait. */
  readonly #heldBack = new WeakMap<ManagedAgent, number>();

  constructor(options: KernelLimitsOptions) {
    this.#options = options;
    for (const { spec, record } of options.registry.all()) if (record.cgroup) this.#groups.set(record.cgroup.folder, { agent: spec.name, looks: 0 });
    const bases = new Set([...this.#groups.keys()].map((folder) => path.dirname(folder)));
    for (const base of bases) this.#noteGroupsIn(base);
  }

  /** Before each start: a fresh group for those that are limited. Costs others nothing. */
  async prepare(agents: readonly ManagedAgent[]): Promise<void> {
    const { registry } = this.#options;
    const limited = agents.filter(({ spec }) => !this.#options.isOff && canUseKernel(spec.limits));
    for (const agent of agents) if (agent.record.cgroup && !limited.includes(agent)) registry.patch(agent, { cgroup: null });
    if (limited.length === 0) return;
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    const base = await this.#opening;
    await Promise.all(limited.map(async (agent) => registry.patch(agent, { cgroup: base && (await this.#make(base, agent)) })));
  }

  /**
   * When the machine goes down, the session of a login ends before a service does: what was started there leaves it, or
   * the daemon of a service would take what that does to agents for ends of their own.
   */
  async leaveSession(): Promise<void> {
    const isIn = (unit: RegExp, pid: number): boolean => unit.test(cgroupOf(pid) ?? '');
    if (isIn(/\/user@\d+\.service\//, process.pid) && isIn(/\/session-[^/]+\.scope$/, this.#options.serverPid())) await this.#open();
  }

  /** What holds agents to their limits here, and why. Changes nothing. */
  async mechanism(): Promise<Pick<ResourcesReply, 'limitsBy' | 'limitsWhy'>> {
    const { isOff } = this.#options;
    const serverPid = this.#options.serverPid();
    if (isOff) return { limitsBy: 'samples', limitsWhy: 'as you set it (limits_by in config.yaml)' };
    if (this.#base !== null && this.#isIn(this.#base, serverPid)) {
      return { limitsBy: 'cgroup', limitsWhy: `${limitsOf(this.#base.controllers).join(', ')}; groups in ${this.#base.folder}` };
    }
    if (this.#refused?.serverPid === serverPid) return { limitsBy: 'samples', limitsWhy: this.#refused.why };
    const { inWords, planBase, thisMachine } = await import('./cgroup-base.ts');
    const plan = planBase(thisMachine(), serverPid);
    return { limitsBy: plan.how === 'none' ? 'samples' : 'cgroup', limitsWhy: inWords(plan) };
  }

  #isIn({ folder }: CgroupBase, serverPid: number): boolean {
    return path.basename(path.dirname(cgroupOf(serverPid) ?? '')) === path.basename(folder);
  }

  /** A server that was started since the base was opened is not in it. */
  async #open(): Promise<CgroupBase | null> {
    const serverPid = this.#options.serverPid();
    if (this.#base !== null && this.#isIn(this.#base, serverPid)) return this.#base;
    const { openBase, planBase, thisMachine } = await import('./cgroup-base.ts');
    const machine = thisMachine();
    const children = this.#options.registry
      .all()
      .flatMap(({ record: { wrapper, process: program } }) => [wrapper, program])
      .flatMap((child) => (child && livenessOf(child) === 'alive' ? [child.pid] : []));
    try {
      this.#base = await openBase(planBase(machine, serverPid), machine, serverPid, children);
      this.#noteGroupsIn(this.#base.folder);
    } catch (error) {
      this.#base = null;
      const isNew = this.#refused?.serverPid !== serverPid;
      this.#refused = { serverPid, why: error instanceof Error ? error.message : String(error) };
      if (isNew) this.#options.onError('limits are enforced from samples', error);
    }
    return this.#base;
  }

  async #make(base: CgroupBase, { spec }: ManagedAgent): Promise<AgentCgroup | null> {
    const folder = path.join(base.folder, `${GROUP_PREFIX}${spec.name}`);
    this.#groups.set(folder, { agent: spec.name, looks: 0 });
    await emptied(folder);
    try {
      fs.mkdirSync(folder, { recursive: true });
    } catch (error) {
      this.#options.onError(spec.name, error);
      return null;
    }
    const refused = kernelValues(spec.limits, base.controllers).filter(([file, value]) => !write(path.join(folder, file), value));
    const controllers = CONTROLLERS.filter((one) => base.controllers.includes(one) && !refused.some(([file]) => file === `${one}.max`));
    return { folder, controllers, killsBefore: killsIn(folder) };
  }

  /** It runs: is it where it should be? Its own shell went there, and goes on without where that is refused. */
  readonly confirm = (agent: ManagedAgent): void => {
    const { cgroup, process } = agent.record;
    const group = cgroup && process && cgroupOf(process.pid);
    if (!cgroup || !group || cgroup.folder.endsWith(group)) return;
    this.#options.onError(agent.spec.name, new Error(`it is in ${group} and not in ${cgroup.folder}: its limits are enforced from samples`));
    this.#options.registry.patch(agent, { cgroup: null });
  };

  holdsCpu({ spec, record }: ManagedAgent): boolean {
    return record.cgroup ? holdsCpu(spec.limits, record.cgroup.controllers) : false;
  }

  /** It wanted more CPU than it is allowed, again and again. */
  wantsMoreCpu(agent: ManagedAgent): boolean {
    return this.holdsCpu(agent) && (this.#heldBack.get(agent) ?? 0) > 0.25;
  }

  /** A sample of its processes, with what its group knows better: also those that lived between two samples. */
  readonly correct = (agent: ManagedAgent, sample: Resources): Resources => {
    const { cgroup, generation } = agent.record;
    if (!cgroup) return sample;
    const { folder } = cgroup;
    const before = this.#readings.get(agent);
    const cpuMs = cpuUsedMs(folder);
    if (cpuMs === null) return sample;
    const atMs = this.#options.registry.clock.monotonicMs();
    const [periods, heldBack] = [valueOf(folder, 'cpu.stat', 'nr_periods') ?? 0, valueOf(folder, 'cpu.stat', 'nr_throttled') ?? 0];
    this.#readings.set(agent, { generation, cpuMs, atMs, periods, heldBack });
    const rssBytes = memoryHeld(folder) ?? sample.rssBytes;
    if (before?.generation !== generation || atMs <= before.atMs) return { ...sample, rssBytes };
    this.#heldBack.set(agent, periods === before.periods ? 0 : (heldBack - before.heldBack) / (periods - before.periods));
    return { ...sample, rssBytes, cpuPercent: Math.round(((cpuMs - before.cpuMs) / (atMs - before.atMs)) * 1000) / 10 };
  };

  /** How often the kernel killed in its group for want of memory; null where it has none. */
  kills({ record }: ManagedAgent): number | null {
    return record.cgroup?.controllers.includes('memory') ? killsIn(record.cgroup.folder) - record.cgroup.killsBefore : null;
  }

  /** A kill at its own limit is an end by that limit, as where samples find it; one for want of the machine's is `oom`. */
  readonly explain: Explain = (agent, seen) => {
    const { memoryBytes } = agent.spec.limits;
    const { cgroup } = agent.record;
    if (!cgroup || statusOfEnd(seen) !== SIGKILL_STATUS || (this.kills(agent) ?? 0) === 0) return seen;
    if (memoryBytes === null || (valueOf(cgroup.folder, 'memory.events', 'oom') ?? 0) === 0) {
      return { ...seen, kind: 'oom', detail: 'killed by the kernel, which had no memory left' };
    }
    const action = actionOf(agent.spec.limits, 'memory');
    const detail = `killed by the kernel at its memory limit of ${formatSize(memoryBytes)}`;
    this.#options.registry.emit('limit.exceeded', agent.spec.name, { limit: 'memory', used: memoryBytes, allowed: memoryBytes, action });
    // What was to end it finally is told to who judges ends as if we had ended it.
    if (action === 'stop') agent.ending = { kind: 'limit', detail, isFinal: true };
    return { ...seen, kind: 'limit', detail };
  };

  /** For one step of the loop: groups of agents that have ended go, with whatever is left in them. */
  tidy(): void {
    for (const [folder, group] of this.#groups) {
      const agent = this.#options.registry.find(group.agent);
      const isInUse = agent !== undefined && (agent.record.process !== null || isLive(agent.record.state));
      if (isInUse && agent.record.cgroup?.folder === folder) continue;
      if (removeGroup(folder)) {
        this.#groups.delete(folder);
        if (agent?.record.cgroup?.folder === folder) this.#options.registry.patch(agent, { cgroup: null });
      } else if (!isInUse && ++group.looks >= PATIENCE) killAll(folder);
    }
  }

  /** Of agents that were removed, perhaps while no daemon ran. */
  #noteGroupsIn(base: string): void {
    try {
      for (const entry of fs.readdirSync(base)) {
        const folder = path.join(base, entry);
        if (entry.startsWith(GROUP_PREFIX) && !this.#groups.has(folder)) this.#groups.set(folder, { agent: entry.slice(GROUP_PREFIX.length), looks: 0 });
      }
    } catch {
      // Gone with its tmux server.
    }
  }
}

function killsIn(folder: string): number {
  return valueOf(folder, 'memory.events', 'oom_kill') ?? 0;
}

/** What the generation before left in it is killed; where even that takes too long, the group is used again. */
async function emptied(folder: string): Promise<void> {
  if (removeGroup(folder) || !killAll(folder)) return;
  for (let waitedMs = 0; waitedMs < KILL_WAIT_MS && !removeGroup(folder); waitedMs += 10) await new Promise((resolve) => setTimeout(resolve, 10));
}
