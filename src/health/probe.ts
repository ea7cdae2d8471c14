/** One look at an agent's health. Counting failures is check-state.ts, what follows from them the daemon's. */
import type { Probe } from '../core/health.ts';
import type { Finding, ProbeOutcome } from './outcome.ts';

export interface ProbeContext {
  readonly timeoutMs: number;
  /** When the next look is due. */
  readonly againInMs: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** How long ago the agent gave that sign of life; an Error where that cannot be found out. */
  readonly ageMs: (sign: 'heartbeat' | 'output') => number | Error;
}

export async function makeProbe(probe: Probe, context: ProbeContext): Promise<ProbeOutcome> {
  const startMs = performance.now();
  const finding = await look(probe, context);
  const responseMs = Math.round((performance.now() - startMs) * 10) / 10;
  if (finding === null) return { kind: 'ok', responseMs };
  return finding instanceof Error ? { kind: 'unknown', reason: finding.message } : { kind: 'failed', reason: finding, responseMs };
}

/** Each kind is loaded when one is first made: most agents have none. */
async function look(probe: Probe, context: ProbeContext): Promise<Finding> {
  switch (probe.kind) {
    case 'http': {
      const { askHttp } = await import('./probes/http.ts');
      return await askHttp(probe, context);
    }
    case 'tcp': {
      const { connectTcp } = await import('./probes/tcp.ts');
      return await connectTcp(probe.host, probe.port, context.timeoutMs);
    }
    case 'command': {
      const { runCommand } = await import('./probes/command.ts');
      return await runCommand(probe.command, context);
    }
    case 'heartbeat':
      return silence('no heartbeat', context.ageMs('heartbeat'), probe.everyMs);
    case 'output':
      return silence('no output', context.ageMs('output'), probe.silentMs);
  }
}

function silence(what: string, ageMs: number | Error, allowedMs: number): Finding {
  if (ageMs instanceof Error) return ageMs;
  return ageMs <= allowedMs ? null : `${what} for ${(ageMs / 1000).toFixed(ageMs < 10_000 ? 1 : 0)} s`;
}
