/**
 * How an agent's health is looked at: probes, and the three checks that use them with Kubernetes' meaning. Shapes, and
 * what the short form (`--health-url`, `health: {http: …}`) stands for. Making a probe is src/health/.
 */

/** Statuses from `from` to `to`, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** One way to look. */
export type Probe =
  | {
      readonly kind: 'http';
      readonly url: string;
      /** Path of the Unix socket to ask at; the URL's host is then only a header. */
      readonly socket?: string;
      /** What counts as healthy; 200–399 where nothing is said. */
      readonly status?: readonly StatusRange[];
      /** A text that the answer's first 64 KiB must hold. */
      readonly body?: string;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'command'; readonly command: string }
  /** The agent touches its heartbeat file at least this often: a watchdog. */
  | { readonly kind: 'heartbeat'; readonly everyMs: number }
  /** The agent prints something at least this often. */
  | { readonly kind: 'output'; readonly silentMs: number };

/** `none`: only its process and its session are watched. */
export type ProbeSpec = { readonly kind: 'none' } | Probe;

/** As in a probe of Kubernetes. */
export interface CheckSpec {
  readonly probe: Probe;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** From the start of the process to the first look. */
  readonly initialDelayMs: number;
  /** So many failures in a row make it failing … */
  readonly failureThreshold: number;
  /** … and so many successes in a row passing. */
  readonly successThreshold: number;
}

/**
 * `startup` holds the others back until it passes; `readiness` is only told; `liveness`, or a start-up that fails, ends
 * the agent, and the restart policy judges that.
 */
export const CHECK_NAMES = ['startup', 'readiness', 'liveness'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];
export type Checks = { readonly [N in CheckName]?: CheckSpec };

export const UNHEALTHY_ACTIONS = ['restart', 'tell'] as const;
export type UnhealthyAction = (typeof UNHEALTHY_ACTIONS)[number];

/** The short form, or `checks`, which then holds alone. */
export interface HealthSpec {
  readonly probe: ProbeSpec;
  readonly intervalMs: number;
  readonly timeoutMs?: number;
  /** Failures in a row, as Docker's `--health-retries`. */
  readonly retries?: number;
  /** How long it may take to start, on top of that. */
  readonly startPeriodMs?: number;
  /** `tell`: it is only shown. */
  readonly onUnhealthy?: UnhealthyAction;
  readonly checks?: Checks;
}

export const HEALTH_STATUSES = ['unknown', 'starting', 'healthy', 'unhealthy', 'none'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

export const PROBE_TIMEOUT_MS = 5000;
export const FAILURE_THRESHOLD = 3;
const START_PERIOD_MS = 10_000;

/** Until its first success an agent is looked at this often, or at its interval where that is shorter. */
const STARTING_EVERY_MS = 500;

/** A sign of life is looked for so often in the time that it may stay out. */
const LOOKS_IN_A_PERIOD = 4;
const SOONEST_LOOK_MS = 250;

/** The checks that a specification asks for. */
export function checksOf(health: HealthSpec): Checks {
  if (health.checks !== undefined) return health.checks;
  const { probe } = health;
  if (probe.kind === 'none') return {};
  const steady = steadyCheck(probe, health);
  const judged: Checks = health.onUnhealthy === 'tell' ? { readiness: steady } : { liveness: steady };
  return isSignOfLife(probe) ? judged : { startup: startupCheck(steady, health), ...judged };
}

function steadyCheck(probe: Probe, { intervalMs, timeoutMs, retries, startPeriodMs }: HealthSpec): CheckSpec {
  const signs = isSignOfLife(probe);
  return {
    probe,
    intervalMs: signs ? Math.min(intervalMs, lookEveryMs(probe)) : intervalMs,
    timeoutMs: timeoutMs ?? PROBE_TIMEOUT_MS,
    initialDelayMs: signs ? (startPeriodMs ?? 0) : 0,
    // That it stayed out for its whole period is what many failures are elsewhere.
    failureThreshold: signs ? 1 : (retries ?? FAILURE_THRESHOLD),
    successThreshold: 1,
  };
}

/** It may take the start period and then as long as a running agent's failures would; success is seen soon. */
function startupCheck(steady: CheckSpec, { startPeriodMs = START_PERIOD_MS }: HealthSpec): CheckSpec {
  const intervalMs = Math.min(steady.intervalMs, STARTING_EVERY_MS);
  const allowedMs = startPeriodMs + steady.failureThreshold * steady.intervalMs;
  return { ...steady, intervalMs, failureThreshold: Math.max(1, Math.ceil(allowedMs / intervalMs)) };
}

/** What the agent gives by itself, so that only its age is looked at. */
export function isSignOfLife(probe: Probe): probe is Extract<Probe, { kind: 'heartbeat' | 'output' }> {
  return probe.kind === 'heartbeat' || probe.kind === 'output';
}

/** How often to look for a sign of life, so that its absence is noticed in good time. */
export function lookEveryMs(probe: Extract<Probe, { kind: 'heartbeat' | 'output' }>): number {
  const periodMs = probe.kind === 'heartbeat' ? probe.everyMs : probe.silentMs;
  return Math.max(SOONEST_LOOK_MS, Math.round(periodMs / LOOKS_IN_A_PERIOD));
}

/** Is there anything to look at but its process and session? */
export function isProbed(health: HealthSpec): boolean {
  return health.checks === undefined ? health.probe.kind !== 'none' : Object.keys(health.checks).length > 0;
}

/** Does one of its checks wait for the agent's heartbeat? */
export function needsHeartbeat(health: HealthSpec): boolean {
  return Object.values(checksOf(health)).some((check) => check.probe.kind === 'heartbeat');
}

const CHECK_VERDICTS = ['pending', 'passing', 'failing'] as const;

/** One check as it stands: what `inspect` and `health NAME` show. */
export interface CheckReport extends CheckSpec {
  readonly name: CheckName;
  /** `pending`: not looked at often enough to tell, or held back. */
  readonly verdict: (typeof CHECK_VERDICTS)[number];
  /** In a row. */
  readonly failures: number;
  readonly lastOkAt: string | null;
  readonly last: {
    /** `unknown`: the probe itself could not be made, which is no failure of the agent. */
    readonly outcome: 'ok' | 'failed' | 'unknown';
    readonly reason: string | null;
    readonly at: string;
    readonly responseMs: number | null;
  } | null;
}
