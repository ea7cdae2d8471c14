/** The flags that say how an agent's health is probed. */
import { UNHEALTHY_ACTIONS, type HealthSpec, type Probe, type ProbeSpec, type UnhealthyAction } from '../core/health.ts';
import { MuxwardError } from '../core/errors.ts';
import { printable, suggest } from '../core/names.ts';
import { HTTP_HINT, parseHttpTarget, parseStatuses, parseTcpTarget, STATUS_HINT, TCP_HINT } from '../core/probe-text.ts';
import { parseDuration } from '../core/units.ts';

const LEAST_INTERVAL_MS = 100;
const MOST_RETRIES = 1000;
const PROBE_FLAGS = '--health-url, --health-tcp, --health-cmd, --heartbeat or --max-silence';

export interface HealthFlags {
  readonly healthUrl?: string;
  readonly healthTcp?: string;
  readonly healthCmd?: string;
  readonly heartbeat?: string;
  readonly maxSilence?: string;
  readonly healthStatus?: string;
  readonly healthBody?: string;
  readonly healthInterval?: string;
  readonly healthTimeout?: string;
  readonly healthRetries?: string;
  readonly healthStartPeriod?: string;
  readonly onUnhealthy?: string;
}

/** @throws MuxwardError `usage` that names the flag. */
export function specHealth(flags: HealthFlags, defaultIntervalMs: number): HealthSpec {
  const probe = probeOf(flags);
  if (probe.kind === 'none') refuseUseless(flags);
  if (probe.kind !== 'http') refuseHttpOnly(flags);
  const { healthInterval, healthTimeout, healthRetries, healthStartPeriod, onUnhealthy } = flags;
  return {
    probe,
    intervalMs: healthInterval === undefined ? defaultIntervalMs : positive(healthInterval, '--health-interval'),
    ...(healthTimeout === undefined ? {} : { timeoutMs: positive(healthTimeout, '--health-timeout') }),
    ...(healthRetries === undefined ? {} : { retries: retriesOf(healthRetries) }),
    ...(healthStartPeriod === undefined ? {} : { startPeriodMs: parseDuration(healthStartPeriod, '--health-start-period') }),
    ...(onUnhealthy === undefined ? {} : { onUnhealthy: actionOf(onUnhealthy) }),
  };
}

function refuseUseless(flags: HealthFlags): void {
  const shaping = ['healthInterval', 'healthTimeout', 'healthRetries', 'healthStartPeriod', 'onUnhealthy'] as const;
  const useless = shaping.find((key) => flags[key] !== undefined);
  if (useless === undefined) return;
  throw new MuxwardError('usage', `${flagOf(useless)}: nothing is probed`, { hint: `say what: ${PROBE_FLAGS}` });
}

function refuseHttpOnly(flags: HealthFlags): void {
  const useless = (['healthStatus', 'healthBody'] as const).find((key) => flags[key] !== undefined);
  if (useless === undefined) return;
  throw new MuxwardError('usage', `${flagOf(useless)}: it belongs to an HTTP probe`, { hint: 'say where to ask: --health-url' });
}

function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function probeOf(flags: HealthFlags): ProbeSpec {
  const { healthUrl, healthTcp, healthCmd, heartbeat, maxSilence } = flags;
  const probes = [
    healthUrl === undefined ? undefined : httpProbe(healthUrl, flags),
    healthTcp === undefined ? undefined : tcpProbe(healthTcp),
    healthCmd === undefined ? undefined : commandProbe(healthCmd),
    heartbeat === undefined ? undefined : { kind: 'heartbeat' as const, everyMs: positive(heartbeat, '--heartbeat') },
    maxSilence === undefined ? undefined : { kind: 'output' as const, silentMs: positive(maxSilence, '--max-silence') },
  ].filter((probe) => probe !== undefined);
  if (probes.length > 1) {
    throw new MuxwardError('usage', 'only one way to probe an agent can be given', {
      hint: `one of ${PROBE_FLAGS}; several checks are for muxward.yaml`,
    });
  }
  return probes[0] ?? { kind: 'none' };
}

function httpProbe(text: string, { healthStatus, healthBody }: HealthFlags): Probe {
  const target = parseHttpTarget(text);
  if (target === undefined) {
    throw new MuxwardError('usage', `--health-url: "${printable(text)}" is no http address`, { hint: HTTP_HINT });
  }
  if (healthBody === '') throw new MuxwardError('usage', '--health-body: the text is empty', { hint: 'every answer holds that: leave it out' });
  return {
    kind: 'http',
    ...target,
    ...(healthStatus === undefined ? {} : { status: statusesOf(healthStatus) }),
    ...(healthBody === undefined ? {} : { body: healthBody }),
  };
}

function statusesOf(text: string): NonNullable<Extract<Probe, { kind: 'http' }>['status']> {
  const statuses = parseStatuses(text);
  if (statuses !== undefined) return statuses;
  throw new MuxwardError('usage', `--health-status: "${printable(text)}" is no status of HTTP`, { hint: STATUS_HINT });
}

function tcpProbe(text: string): Probe {
  const target = parseTcpTarget(text);
  if (target !== undefined) return { kind: 'tcp', ...target };
  throw new MuxwardError('usage', `--health-tcp: "${printable(text)}" is no host and port`, { hint: TCP_HINT });
}

function commandProbe(text: string): Probe {
  if (text.trim() !== '') return { kind: 'command', command: text };
  throw new MuxwardError('usage', '--health-cmd: the command is empty', { hint: "for example --health-cmd 'test -f ready'" });
}

function retriesOf(text: string): number {
  const retries = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (retries >= 1 && retries <= MOST_RETRIES) return retries;
  throw new MuxwardError('usage', `--health-retries: "${printable(text)}" is no number of failures`, {
    hint: `a whole number from 1 to ${MOST_RETRIES}, for example --health-retries 3`,
  });
}

function actionOf(text: string): UnhealthyAction {
  const action = UNHEALTHY_ACTIONS.find((known) => known === text);
  if (action !== undefined) return action;
  const near = suggest(text, UNHEALTHY_ACTIONS);
  throw new MuxwardError('usage', `--on-unhealthy: "${printable(text)}" is not known`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}restart (the restart policy decides) or tell (it is only shown)`,
  });
}

function positive(text: string, option: string): number {
  const ms = parseDuration(text, option);
  if (ms >= LEAST_INTERVAL_MS) return ms;
  throw new MuxwardError('usage', `${option}: "${printable(text)}" is too short`, {
    hint: `at least ${LEAST_INTERVAL_MS} ms, for example ${option} 10s`,
  });
}
