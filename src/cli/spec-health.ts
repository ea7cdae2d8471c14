/** The flags that say how an agent's health is probed. */
import type { HealthSpec, ProbeSpec } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { parseDuration } from '../core/units.ts';

const LEAST_INTERVAL_MS = 100;

interface HealthFlags {
  readonly healthUrl?: string;
  readonly healthTcp?: string;
  readonly healthCmd?: string;
  readonly heartbeat?: string;
  readonly healthInterval?: string;
}

/** @throws MuxwardError `usage` that names the flag. */
export function specHealth(flags: HealthFlags, defaultIntervalMs: number): HealthSpec {
  const probe = probeOf(flags);
  const { healthInterval } = flags;
  if (healthInterval === undefined) return { probe, intervalMs: defaultIntervalMs };
  if (probe.kind === 'none') {
    throw new MuxwardError('usage', '--health-interval: nothing is probed', {
      hint: 'say what: --health-url, --health-tcp, --health-cmd or --heartbeat',
    });
  }
  return { probe, intervalMs: positive(healthInterval, '--health-interval') };
}

function probeOf(flags: HealthFlags): ProbeSpec {
  const probes = [
    flags.healthUrl === undefined ? undefined : httpProbe(flags.healthUrl),
    flags.healthTcp === undefined ? undefined : tcpProbe(flags.healthTcp),
    flags.healthCmd === undefined ? undefined : commandProbe(flags.healthCmd),
    flags.heartbeat === undefined ? undefined : { kind: 'heartbeat' as const, everyMs: positive(flags.heartbeat, '--heartbeat') },
  ].filter((probe) => probe !== undefined);
  if (probes.length > 1) {
    throw new MuxwardError('usage', 'only one way to probe an agent can be given', {
      hint: 'one of --health-url, --health-tcp, --health-cmd, --heartbeat',
    });
  }
  return probes[0] ?? { kind: 'none' };
}

function httpProbe(text: string): ProbeSpec {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return { kind: 'http', url: text };
  throw new MuxwardError('usage', `--health-url: "${printable(text)}" is no http address`, {
    hint: 'for example --health-url http://127.0.0.1:8080/health',
  });
}

function tcpProbe(text: string): ProbeSpec {
  const match = /^(?:\[([^\]]+)\]|([^\s:]*)):(\d{1,5})$/.exec(text) ?? /^()()(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match && port >= 1 && port <= 65_535) return { kind: 'tcp', host: match[1] || match[2] || '127.0.0.1', port };
  throw new MuxwardError('usage', `--health-tcp: "${printable(text)}" is no host and port`, {
    hint: 'HOST:PORT, the port from 1 to 65535, for example --health-tcp 127.0.0.1:5432',
  });
}

function commandProbe(text: string): ProbeSpec {
  if (text.trim() !== '') return { kind: 'command', command: text };
  throw new MuxwardError('usage', '--health-cmd: the command is empty', { hint: "for example --health-cmd 'test -f ready'" });
}

function positive(text: string, option: string): number {
  const ms = parseDuration(text, option);
  if (ms >= LEAST_INTERVAL_MS) return ms;
  throw new MuxwardError('usage', `${option}: "${printable(text)}" is too short`, {
    hint: `at least ${LEAST_INTERVAL_MS} ms, for example ${option} 10s`,
  });
}
