/** One look of all rules at all agents and at the machine: what is found wrong, and what is so no more. */
import type { AlertRule } from '../../core/alert-rules.ts';
import { matchesGlob } from '../../core/selector.ts';
import { holdsOfAgent, holdsOfMachine, sayOfAgent, sayOfMachine, sayRecovered } from '../../health/alerts/evaluate.ts';
import { MACHINE_METRICS, type AgentFacts } from '../../health/alerts/facts.ts';
import type { Finding } from '../../health/alerts/open-alert.ts';
import { RuleWatch } from '../../health/alerts/rule-watch.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Facts } from './agent-facts.ts';
import type { RulesInForce } from './rules-in-force.ts';

/** `words`: as for AlertBook.clear. */
interface Cleared {
  readonly key: string;
  readonly words: string | null;
}

export interface LookResult {
  readonly found: readonly Finding[];
  readonly cleared: readonly Cleared[];
}

interface Collected {
  found: Finding[];
  cleared: Cleared[];
}

export class RuleLooks {
  readonly #rules: RulesInForce;
  readonly #facts: Facts;
  readonly #ofMachine: readonly AlertRule[];
  readonly #ofAgents: readonly AlertRule[];
  /** By the rule's name; subjects are agents' names, or empty for the machine. */
  readonly #watches = new Map<string, RuleWatch>();

  constructor(rules: RulesInForce, facts: Facts) {
    this.#rules = rules;
    this.#facts = facts;
    [this.#ofMachine, this.#ofAgents] = split(rules.general);
  }

  /** An alert with this key is open since before this daemon. */
  restore(key: string, nowMs: number): void {
    const [rule = '', subject = ''] = key.split('|');
    this.#watchOf(rule).restore(subject, nowMs);
  }

  forget(agent: string): void {
    for (const watch of this.#watches.values()) watch.forget(agent);
  }

  look(agents: readonly ManagedAgent[], nowMs: number): LookResult {
    const collected: Collected = { found: [], cleared: [] };
    for (const rule of this.#ofMachine) this.#lookAtMachine(rule, nowMs, collected);
    for (const agent of agents) {
      const facts = this.#facts.of(agent);
      for (const rule of this.#ofAgents) if (rule.agents === null || matchesGlob(rule.agents, agent.spec.name)) this.#lookAt(rule, facts, nowMs, collected);
      for (const rule of this.#rules.ownOf(agent)) if (rule.condition.kind !== 'event') this.#lookAt(rule, facts, nowMs, collected);
    }
    return collected;
  }

  #lookAt(rule: AlertRule, facts: AgentFacts, nowMs: number, { found, cleared }: Collected): void {
    const { name } = facts.agent;
    const watch = this.#watchOf(rule.name);
    const holds = holdsOfAgent(rule.condition, facts, watch.held(name));
    switch (watch.look(name, rule.condition, holds, nowMs)) {
      case 'raise':
        return void found.push({ ...keyed(rule, name), agents: [name], message: `${name} ${sayOfAgent(rule.condition, facts)}`, sticky: false });
      case 'clear':
        return void cleared.push({ key: `${rule.name}|${name}`, words: recovered(rule, facts) });
      case 'holds':
      case 'nothing':
    }
  }

  #lookAtMachine(rule: AlertRule, nowMs: number, { found, cleared }: Collected): void {
    const watch = this.#watchOf(rule.name);
    const facts = this.#facts.machine();
    switch (watch.look('', rule.condition, holdsOfMachine(rule.condition, facts, watch.held('')), nowMs)) {
      case 'raise':
        return void found.push({ ...keyed(rule, ''), agents: [], message: sayOfMachine(facts), sticky: false });
      case 'clear':
        return void cleared.push({ key: `${rule.name}|`, words: 'the disk of the home has room again' });
      case 'holds':
      case 'nothing':
    }
  }

  #watchOf(rule: string): RuleWatch {
    const known = this.#watches.get(rule);
    if (known) return known;
    const watch = new RuleWatch();
    this.#watches.set(rule, watch);
    return watch;
  }
}

function recovered({ condition }: AlertRule, facts: AgentFacts): string | null {
  const said = sayRecovered(condition, facts);
  return said === null ? null : `${facts.agent.name} ${said}`;
}

function keyed({ name, severity }: AlertRule, subject: string): Pick<Finding, 'key' | 'rule' | 'severity'> {
  return { key: `${name}|${subject}`, rule: name, severity };
}

function split(rules: readonly AlertRule[]): [AlertRule[], AlertRule[]] {
  const looked = rules.filter(({ condition }) => condition.kind !== 'event');
  const isMachine = ({ condition }: AlertRule): boolean => condition.kind === 'metric' && MACHINE_METRICS.includes(condition.metric);
  return [looked.filter(isMachine), looked.filter((rule) => !isMachine(rule))];
}
