/** One look at an agent's health: HTTP, TCP, a command or its heartbeat. Counting failures is the caller's. */
import net from 'node:net';
import type { ProbeSpec } from '../core/agent.ts';

export type ProbeOutcome =
  | { readonly kind: 'ok'; readonly responseMs: number }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The probe itself could not be made: that is no failure of the agent. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ProbeContext {
  readonly timeoutMs: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly heartbeatAgeMs: () => number;
}

export async function probe(spec: ProbeSpec, context: ProbeContext): Promise<ProbeOutcome> {
  const startMs = performance.now();
  const took = (): number => Math.round((performance.now() - startMs) * 10) / 10;
  switch (spec.kind) {
    case 'none':
      return { kind: 'ok', responseMs: 0 };
    case 'http':
      return judge(await get(spec.url, context.timeoutMs), took());
    case 'tcp':
      return judge(await connects(spec.host, spec.port, context.timeoutMs), took());
    case 'command':
      return judge(await succeeds(spec.command, context), took());
    case 'heartbeat': {
      const ageMs = context.heartbeatAgeMs();
      return judge(ageMs <= spec.everyMs ? null : `no heartbeat for ${Math.round(ageMs / 1000)} s`, 0);
    }
  }
}

/** Null is success, an Error the probe's own fault, a text the agent's. */
type Finding = null | string | Error;

function judge(finding: Finding, responseMs: number): ProbeOutcome {
  if (finding === null) return { kind: 'ok', responseMs };
  return finding instanceof Error ? { kind: 'unknown', reason: finding.message } : { kind: 'failed', reason: finding };
}

/** Any status below 400 is healthy, as in Docker's and Kubernetes' probes. */
async function get(url: string, timeoutMs: number): Promise<Finding> {
  const { request } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    const call = request(url, { timeout: timeoutMs, agent: false }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status < 400 ? null : `answered ${status}`);
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    call.on('error', (error: NodeJS.ErrnoException) => resolve(isOurFault(error) ? error : error.message));
    call.end();
  });
}

function connects(host: string, port: number, timeoutMs: number): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: timeoutMs });
    const done = (finding: Finding): void => {
      socket.destroy();
      resolve(finding);
    };
    socket.on('connect', () => done(null));
    socket.on('timeout', () => done(`no connection within ${timeoutMs} ms`));
    socket.on('error', (error: NodeJS.ErrnoException) => done(isOurFault(error) ? error : error.message));
  });
}

async function succeeds(command: string, { cwd, env, timeoutMs }: ProbeContext): Promise<Finding> {
  const { execa } = await import('execa');
  const options = { cwd, env, extendEnv: false, timeout: timeoutMs, reject: false, stdio: 'ignore', detached: true } as const;
  const result = await execa('sh', ['-c', command], options);
  if (result.timedOut) return `did not end within ${timeoutMs} ms`;
  if (result.exitCode === undefined && result.signal === undefined) return new Error('the command could not be started');
  return result.exitCode === 0 ? null : `ended with ${result.signal ?? `status ${result.exitCode}`}`;
}

/** Out of file descriptors, memory or ports on our side. */
function isOurFault({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM' || code === 'EADDRNOTAVAIL' || code === 'EAGAIN';
}
