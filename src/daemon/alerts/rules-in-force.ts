/** The rules that hold now: those that muxward brings, the user's, and what each agent brings along. */
import type { AlertSettings } from '../../config/alerts/alert-settings.ts';
import type { AgentAlertRule, AlertRuleInfo, Escalation } from '../../core/alert.ts';
import { ConditionFault, parseCondition } from '../../core/alert-condition.ts';
import { BUILT_IN_RULES, type AlertRule } from '../../core/alert-rules.ts';
import type { EventType } from '../../core/event.ts';
import type { ManagedAgent } from '../managed-agent.ts';

/** Alerts that somebody raised. */
const UNRULED = ['manual', 'test'];

export class RulesInForce {
  readonly #settings: AlertSettings;
  /** Of all agents. */
  readonly general: readonly AlertRule[];
  readonly #onEvent: ReadonlyMap<EventType | null, readonly AlertRule[]>;
  /** Read once a specification. */
  readonly #own = new WeakMap<readonly AgentAlertRule[], readonly AlertRule[]>();

  constructor(settings: AlertSettings) {
    this.#settings = settings;
    this.general = [...BUILT_IN_RULES.filter(({ name }) => !settings.off.includes(name)), ...settings.rules];
    this.#onEvent = Map.groupBy(this.general, ({ condition }) => (condition.kind === 'event' ? condition.type : null));
  }

  /** Rules that name such an event, of all agents and of this one. Most events interest none. */
  onEvent(type: EventType, agent: ManagedAgent | undefined): readonly AlertRule[] {
    const general = this.#onEvent.get(type) ?? [];
    const own = agent ? this.ownOf(agent) : [];
    return own.length === 0 ? general : [...general, ...own.filter(({ condition }) => condition.kind === 'event' && condition.type === type)];
  }

  ownOf({ spec }: ManagedAgent): readonly AlertRule[] {
    if (spec.alerts === undefined) return [];
    const known = this.#own.get(spec.alerts);
    if (known) return known;
    const rules = spec.alerts.flatMap((rule) => readOwn(rule, spec.name));
    this.#own.set(spec.alerts, rules);
    return rules;
  }

  escalationOf(rule: string): Escalation | null {
    return this.general.find(({ name }) => name === rule)?.escalate ?? this.#settings.escalate;
  }

  /** Names of the channels that an alert of this rule goes to. */
  channelsOf(rule: string): readonly string[] {
    const { to, channels } = this.#settings;
    return this.general.find(({ name }) => name === rule)?.channels ?? to ?? channels.map(({ name }) => name);
  }

  /** Of all whose alerts may be open: rules, and what needs none. */
  namesInForce(agents: readonly ManagedAgent[]): ReadonlySet<string> {
    const own = agents.flatMap((agent) => this.ownOf(agent));
    return new Set([...UNRULED, ...[...this.general, ...own].map(({ name }) => name)]);
  }

  /** Of everything there is, also what is turned off. */
  describe(agents: readonly ManagedAgent[]): AlertRuleInfo[] {
    const { off, rules } = this.#settings;
    const all = [...BUILT_IN_RULES, ...rules, ...agents.flatMap((agent) => this.ownOf(agent))];
    return all.map(({ name, when, severity, agents: glob, origin }) => ({
      name,
      when,
      severity,
      agents: glob,
      enabled: origin !== 'built-in' || !off.includes(name),
      channels: this.channelsOf(name),
      escalate: this.escalationOf(name),
      origin,
    }));
  }
}

/** An agent that was specified by another version may bring a rule that this one does not understand: it is passed over. */
function readOwn(rule: AgentAlertRule, agent: string): AlertRule[] {
  try {
    return [{ ...rule, condition: parseCondition(rule.when), agents: agent, channels: null, escalate: null, origin: `agent ${agent}` }];
  } catch (error) {
    if (error instanceof ConditionFault) return [];
    throw error;
  }
}
