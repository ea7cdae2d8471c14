/** Asks an HTTP endpoint, over TCP or a Unix socket, and judges status and body of its answer. */
import http from 'node:http';
import type { Probe } from '../../core/health.ts';
import { isOurFault, type Finding } from '../outcome.ts';

type HttpProbe = Extract<Probe, { kind: 'http' }>;

/** As far as an answer is read; a body is looked for in so much of it. */
const MAX_BODY_BYTES = 64 * 1024;

/** Servers close idle connections after some seconds (Node after 5): only those that are used again sooner are kept. */
const KEPT_FOR_MS = 4000;

/** The server closed a kept connection just when it was used again. */
const STALE = Symbol('stale');

const kept = new http.Agent({ keepAlive: true, maxFreeSockets: 256, timeout: KEPT_FOR_MS });

export interface HttpOptions {
  readonly timeoutMs: number;
  /** When the next look is due: a connection that is used again soon is kept open. */
  readonly againInMs: number;
}

export async function askHttp(probe: HttpProbe, options: HttpOptions): Promise<Finding> {
  const keep = options.againInMs < KEPT_FOR_MS && !probe.url.startsWith('https:');
  const finding = await ask(probe, options.timeoutMs, keep);
  // That is no failure: it is asked anew.
  return finding === STALE ? await ask(probe, options.timeoutMs, false).then(settled) : settled(finding);
}

function settled(finding: Finding | typeof STALE): Finding {
  return finding === STALE ? 'the connection was closed' : finding;
}

async function ask(probe: HttpProbe, timeoutMs: number, keep: boolean): Promise<Finding | typeof STALE> {
  const { request } = probe.url.startsWith('https:') ? await import('node:https') : http;
  return new Promise((resolve) => {
    const target = { agent: keep ? kept : false, ...(probe.socket === undefined ? {} : { socketPath: probe.socket }) };
    const call = request(probe.url, { ...target, headers: { 'user-agent': 'muxward' } }, (response) => {
      collect(response, (body) => done(judge(probe, response.statusCode ?? 0, body)));
    });
    // From the first byte to the last: a server that trickles is late, too.
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const done = (finding: Finding | typeof STALE): void => {
      clearTimeout(timer);
      resolve(finding);
    };
    call.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = keep && call.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      done(isStale ? STALE : isOurFault(error) ? error : inWords(error, probe));
    });
    call.end();
  });
}

function collect(response: http.IncomingMessage, done: (body: string) => void): void {
  const pieces: Buffer[] = [];
  let bytes = 0;
  response.on('data', (piece: Buffer) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes < MAX_BODY_BYTES) return;
    done(Buffer.concat(pieces).toString());
    response.destroy();
  });
  response.on('end', () => done(Buffer.concat(pieces).toString()));
}

/** Any status below 400 is healthy where nothing else is said, as in Docker's and Kubernetes' probes. */
function judge({ status = [{ from: 200, to: 399 }], body: wanted }: HttpProbe, code: number, body: string): Finding {
  if (!status.some(({ from, to }) => code >= from && code <= to)) return `answered ${code}`;
  if (wanted !== undefined && !body.includes(wanted)) return `answered ${code}, without ${JSON.stringify(wanted)} in it`;
  return null;
}

function inWords(error: NodeJS.ErrnoException, { url, socket }: HttpProbe): string {
  const where = socket ?? new URL(url).host;
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nobody listens at ${where}`;
    case 'ENOENT':
      return `there is no socket ${where}`;
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was closed without an answer';
    default:
      return error.message;
  }
}
