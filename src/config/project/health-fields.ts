/** What `health:` says, once the schema has passed it, becomes an agent's health specification; and `defaults:` below it. */
import { CHECK_NAMES, FAILURE_THRESHOLD, isSignOfLife, lookEveryMs, PROBE_TIMEOUT_MS, type Checks, type CheckSpec, type HealthSpec, type Probe, type UnhealthyAction } from '../../core/health.ts';
import { parseHttpTarget, parseStatuses, parseTcpTarget } from '../../core/probe-text.ts';
import { ms, number } from '../yaml/written-values.ts';
import { CHECK_KEYS, PROBES, type CheckEntry, type HealthEntry } from './health-schema.ts';

/** As said; without an interval the user's default holds, which is no part of what was said. */
export type SaidHealth = Omit<HealthSpec, 'intervalMs' | 'checks'> & {
  readonly intervalMs: number | undefined;
  readonly checks?: { readonly [N in keyof Checks]: Omit<CheckSpec, 'intervalMs'> & { readonly intervalMs: number | undefined } };
};

export function healthOf(entry: HealthEntry = {}): SaidHealth {
  const [timeoutMs, retries, startPeriodMs] = [ms(entry.timeout), number(entry.retries), ms(entry.start_period)];
  const checks = CHECK_NAMES.flatMap((name) => {
    const check = entry[name];
    return check === undefined ? [] : [[name, checkOf(check)] as const];
  });
  return {
    probe: probeOf(entry) ?? { kind: 'none' },
    intervalMs: ms(entry.interval),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retries === undefined ? {} : { retries }),
    ...(startPeriodMs === undefined ? {} : { startPeriodMs }),
    ...(entry.on_unhealthy === undefined ? {} : { onUnhealthy: entry.on_unhealthy as UnhealthyAction }),
    ...(checks.length === 0 ? {} : { checks: Object.fromEntries(checks)  }),
  };
}

/** With the user's default interval where none was said. */
export function withInterval(said: SaidHealth, defaultMs: number): HealthSpec {
  const { checks, ...rest } = said;
  const filled = Object.entries(checks ?? {}).map(([name, check]) => [name, { ...check, intervalMs: check.intervalMs ?? intervalOf(check.probe, defaultMs) }]);
  return { ...rest, intervalMs: said.intervalMs ?? defaultMs, ...(checks === undefined ? {} : { checks: Object.fromEntries(filled) as Checks }) };
}

function intervalOf(probe: Probe, defaultMs: number): number {
  return isSignOfLife(probe) ? Math.min(defaultMs, lookEveryMs(probe)) : defaultMs;
}

function checkOf(entry: CheckEntry): NonNullable<NonNullable<SaidHealth['checks']>['liveness']> {
  // The schema has seen to it that there is one.
  const probe = probeOf(entry) ?? { kind: 'command', command: 'true' };
  return {
    probe,
    intervalMs: ms(entry.interval),
    timeoutMs: ms(entry.timeout) ?? PROBE_TIMEOUT_MS,
    initialDelayMs: ms(entry.initial_delay) ?? 0,
    failureThreshold: number(entry.failures) ?? (isSignOfLife(probe) ? 1 : FAILURE_THRESHOLD),
    successThreshold: number(entry.successes) ?? 1,
  };
}

function probeOf({ http, tcp, command, heartbeat, output }: Pick<HealthEntry, (typeof PROBES)[number]>): Probe | undefined {
  if (http !== undefined) return httpProbe(http);
  if (command !== undefined) return { kind: 'command', command };
  const [everyMs, silentMs] = [ms(heartbeat), ms(output)];
  if (everyMs !== undefined) return { kind: 'heartbeat', everyMs };
  if (silentMs !== undefined) return { kind: 'output', silentMs };
  const target = tcp === undefined ? undefined : parseTcpTarget(String(tcp));
  return target && { kind: 'tcp', ...target };
}

function httpProbe(http: NonNullable<HealthEntry['http']>): Probe | undefined {
  const said = typeof http === 'string' ? { url: http } : http;
  const target = parseHttpTarget(said.url);
  if (target === undefined) return undefined;
  const statuses = said.status === undefined ? undefined : parseStatuses(String(said.status));
  return {
    kind: 'http',
    ...target,
    ...(said.socket === undefined ? {} : { socket: said.socket }),
    ...(statuses === undefined ? {} : { status: statuses }),
    ...(said.body === undefined ? {} : { body: said.body }),
  };
}

/** An agent's own probe, or its own checks, replace the default ones; how often and how long stays where nothing else is said. */
export function mergeHealth(defaults: HealthEntry, own: HealthEntry): HealthEntry {
  const merged: HealthEntry = { ...defaults, ...own };
  const ownChecks = CHECK_KEYS.some((key) => own[key] !== undefined);
  const ownProbe = PROBES.some((probe) => own[probe] !== undefined);
  if (ownChecks) return own;
  if (!ownProbe) return merged;
  for (const key of [...CHECK_KEYS, ...PROBES]) if (own[key] === undefined) delete merged[key];
  return merged;
}

/** Does it say what to look at? */
export function isHealthSaid(health: HealthEntry | undefined): boolean {
  return health !== undefined && [...PROBES, ...CHECK_KEYS].some((key) => health[key] !== undefined);
}
