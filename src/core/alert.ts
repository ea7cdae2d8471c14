/** Alerts: what somebody should look at, who was told of it, and what keeps them quiet. Only shapes. */

export const SEVERITIES = ['warning', 'critical', 'recovery'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type RuleSeverity = Exclude<Severity, 'recovery'>;

/** Whom to tell too when nobody has acknowledged an alert for that long. */
export interface Escalation {
  readonly afterMs: number;
  /** Names of channels. */
  readonly to: readonly string[];
}

/** A rule as an agent's specification carries it: its text is read anew by each daemon. */
export interface AgentAlertRule {
  readonly name: string;
  readonly when: string;
  readonly severity: RuleSeverity;
}

/** One line of `alerts list --json`. Times are ISO 8601 UTC. Fields are only ever added. */
export interface Alert {
  readonly id: string;
  readonly at: string;
  readonly severity: Severity;
  /** The agent it is about; null where it is about several, or about muxward itself. */
  readonly agent: string | null;
  readonly message: string;
  readonly acknowledgedAt: string | null;
  /** The rule that raised it. */
  readonly rule: string;
  /** All agents it is about. */
  readonly agents: readonly string[];
  /** How often it happened: the same again, while it is open, is no new alert. */
  readonly count: number;
  readonly lastAt: string;
  /** Since when what it tells of is over; null while it is open. */
  readonly closedAt: string | null;
  readonly escalatedAt: string | null;
  /** Nobody was told, because of a silence. */
  readonly silenced: boolean;
  /** Of a recovery: the alert that is over. */
  readonly recovers: string | null;
}

/** Told to nobody until then: alerts of these rules, of these agents. */
export interface Silence {
  readonly id: string;
  readonly at: string;
  readonly until: string;
  /** A glob; null means every rule. */
  readonly rule: string | null;
  /** A glob; null means every agent. */
  readonly agent: string | null;
}

export const DELIVERY_STATES = ['pending', 'held', 'delivered', 'given-up', 'dropped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What became of telling one channel of one alert. */
export interface Delivery {
  readonly id: string;
  readonly alert: string;
  readonly channel: string;
  readonly kind: 'raised' | 'recovered' | 'escalated' | 'test';
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly at: string;
  /** When the next attempt is due; null where there is none. */
  readonly nextAt: string | null;
  readonly deliveredAt: string | null;
  /** What the channel answered, or why it did not take it. */
  readonly detail: string;
}

/** A rule in force, as `alerts rules --json` tells it. */
export interface AlertRuleInfo {
  readonly name: string;
  readonly when: string;
  readonly severity: Severity;
  /** A glob of agents' names; null means every one. */
  readonly agents: string | null;
  readonly enabled: boolean;
  readonly channels: readonly string[];
  readonly escalate: { readonly afterMs: number; readonly to: readonly string[] } | null;
  /** `built-in`, file and line, or the agent that brings it. */
  readonly origin: string;
}

/** A channel as it may be shown: nothing secret is in it. */
export interface ChannelInfo {
  readonly name: string;
  readonly kind: string;
  /** Where it leads, with what is secret left out. */
  readonly target: string;
  /** Why it cannot work; null where nothing speaks against it. */
  readonly problem: string | null;
  readonly origin: string;
}

/** What came of one channel in `alerts test`. */
export interface TestOutcome {
  readonly channel: string;
  readonly ok: boolean;
  /** What it answered, or why it did not take it. */
  readonly detail: string;
  readonly tookMs: number;
}
