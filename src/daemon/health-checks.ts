/** Probes the agents that say how, each at its own interval, and keeps what came of it. What follows is not decided here. */
import fs from 'node:fs';
import path from 'node:path';
import { runPaths, type HomePaths } from '../config/paths.ts';
import { isRunning } from '../core/state.ts';
import { probe } from '../health/probe.ts';
import type { Health, ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';

/** Failures in a row before an agent counts as unhealthy (Kubernetes' failureThreshold). */
const FAILURE_THRESHOLD = 3;
/** Until the first success an agent is looked at more often than its interval says. */
const STARTING_EVERY_MS = 500;
const PROBE_TIMEOUT_MS = 5000;
const MOST_AT_ONCE = 32;

export class HealthChecks {
  readonly #registry: Registry;
  readonly #paths: HomePaths;
  readonly #dueAtMs = new WeakMap<ManagedAgent, number>();
  readonly #underWay = new Set<ManagedAgent>();
  #timer: NodeJS.Timeout | null = null;

  constructor(registry: Registry, paths: HomePaths) {
    this.#registry = registry;
    this.#paths = paths;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), STARTING_EVERY_MS);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  #tick(): void {
    const nowMs = this.#registry.clock.monotonicMs();
    for (const agent of this.#registry.all()) {
      if (agent.spec.health.probe.kind === 'none') continue;
      if (!isRunning(agent.record.state)) this.#reset(agent);
      else if (agent.record.state !== 'paused' && this.#isDue(agent, nowMs)) void this.#check(agent, nowMs);
    }
  }

  #isDue(agent: ManagedAgent, nowMs: number): boolean {
    if (this.#underWay.has(agent) || this.#underWay.size >= MOST_AT_ONCE) return false;
    return nowMs >= (this.#dueAtMs.get(agent) ?? 0);
  }

  #reset(agent: ManagedAgent): void {
    this.#dueAtMs.delete(agent);
    if (agent.health.status !== 'starting') agent.health = { status: 'starting', failures: 0, lastOkAt: agent.health.lastOkAt, responseMs: null };
  }

  async #check(agent: ManagedAgent, nowMs: number): Promise<void> {
    this.#underWay.add(agent);
    const { generation } = agent.record;
    try {
      const outcome = await probe(agent.spec.health.probe, {
        timeoutMs: PROBE_TIMEOUT_MS,
        cwd: agent.spec.cwd,
        env: agent.spec.env,
        heartbeatAgeMs: () => this.#heartbeatAgeMs(agent),
      });
      if (agent.record.generation === generation) this.#note(agent, outcome);
    } finally {
      this.#underWay.delete(agent);
      const everyMs = agent.health.status === 'starting' ? STARTING_EVERY_MS : agent.spec.health.intervalMs;
      this.#dueAtMs.set(agent, nowMs + everyMs - 50);
    }
  }

  #note(agent: ManagedAgent, outcome: Awaited<ReturnType<typeof probe>>): void {
    const before = agent.health;
    agent.health = nextHealth(before, outcome, this.#registry.clock.now().toISOString());
    if (agent.health.status !== before.status) this.#registry.notice();
  }

  /** Since the agent last touched `run/<agent>/heartbeat`, or since it started. */
  #heartbeatAgeMs(agent: ManagedAgent): number {
    const file = path.join(runPaths(this.#paths, agent.spec.name).folder, 'heartbeat');
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    const lastMs = Math.max(stat?.mtimeMs ?? 0, Date.parse(agent.record.startedAt ?? ''));
    return this.#registry.clock.now().getTime() - lastMs;
  }
}

/** An error of the probe itself says nothing about the agent; only failures in a row count, and none while it starts. */
export function nextHealth(before: Health, outcome: Awaited<ReturnType<typeof probe>>, at: string): Health {
  switch (outcome.kind) {
    case 'ok':
      return { status: 'healthy', failures: 0, lastOkAt: at, responseMs: outcome.responseMs };
    case 'failed': {
      const failures = before.failures + 1;
      const isDown = before.status !== 'starting' && failures >= FAILURE_THRESHOLD;
      return { ...before, status: isDown ? 'unhealthy' : before.status, failures };
    }
    case 'unknown':
      return before;
  }
}
