/**
 * One HTTP/1.1 request to the daemon's Unix socket, written by hand on `net`: it costs 6 ms at start-up where
 * `http` costs 13 and `fetch` 185. The daemon closes after each reply, so a reply ends where the stream ends.
 */
import net from 'node:net';
import { MuxwardError, type ErrorBody } from '../core/errors.ts';

/** The daemon could not be reached: `cause` has the system's code (ENOENT, ECONNREFUSED …). */
export class DaemonUnreachable extends MuxwardError {
  constructor(socketPath: string, cause: unknown) {
    super('unreachable', `no daemon answers at ${socketPath}`, { hint: 'start it: muxward daemon start', cause });
  }
}

/** A daemon that is silent for so long is asked whether it is there at all, and given as long again. */
const SILENT_MS = 30_000;

class Silence extends Error {}

export interface RawRequest {
  readonly socketPath: string;
  readonly method: 'GET' | 'POST';
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Sends the request; yields the reply's body in pieces as they come.
 * @throws DaemonUnreachable, or the MuxwardError that the daemon answered with.
 */
export async function* requestBody(request: RawRequest): AsyncGenerator<Buffer> {
  const socket = net.connect(request.socketPath);
  const abort = (): void => void socket.destroy();
  request.signal?.addEventListener('abort', abort, { once: true });
  try {
    socket.write(encode(request));
    yield* readReply(socket, request);
  } finally {
    request.signal?.removeEventListener('abort', abort);
    socket.destroy();
  }
}

/**
 * Sends the request; resolves with the whole body. By events: the iterator of a stream costs 2 ms at start-up.
 * @throws DaemonUnreachable, also when it is aborted, `unreachable` where the daemon is there and hangs, or the
 * MuxwardError that the daemon answered with.
 */
export function requestWhole(request: RawRequest, silentMs: number = SILENT_MS): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(request.socketPath);
    const pieces: Buffer[] = [];
    const abort = (): void => void socket.destroy(new Error('it took too long'));
    request.signal?.addEventListener('abort', abort, { once: true });
    socket.on('data', (piece: Buffer) => void pieces.push(piece));
    socket.on('error', (cause) => reject(cause instanceof Silence ? hangs(request.socketPath) : new DaemonUnreachable(request.socketPath, cause)));
    const watching = setInterval(() => void endIfSilent(socket, request.socketPath, silentMs), silentMs);
    socket.on('close', () => {
      clearInterval(watching);
      request.signal?.removeEventListener('abort', abort);
    });
    socket.on('end', () => {
      try {
        resolve(bodyOf(Buffer.concat(pieces), request));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.write(encode(request));
  });
}

/** What was asked for may take long; but a daemon that works answers others meanwhile. */
async function endIfSilent(socket: net.Socket, socketPath: string, silentMs: number): Promise<void> {
  if (!(await answers(socketPath, silentMs))) socket.destroy(new Silence());
}

function answers(socketPath: string, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(socketPath);
    // The command may be done before this is.
    probe.unref();
    // What has come while this process itself did not run is read first.
    const timer = setTimeout(() => setImmediate(() => settle(false)), withinMs);
    timer.unref();
    const settle = (there: boolean): void => {
      clearTimeout(timer);
      probe.destroy();
      resolve(there);
    };
    probe.on('data', () => settle(true));
    // That it has gone is told by the request itself.
    probe.on('error', () => settle(true));
    probe.on('end', () => settle(true));
    probe.write(encode({ socketPath, method: 'GET', path: '/healthz' }));
  });
}

function hangs(socketPath: string): MuxwardError {
  return new MuxwardError('unreachable', `the daemon at ${socketPath} does not answer`, {
    hint: 'it is stopped, or hangs: muxward daemon logs. Once its process is killed, the next command starts another; agents live on',
  });
}

function bodyOf(reply: Buffer, request: RawRequest): Buffer {
  const end = reply.indexOf('\r\n\r\n');
  if (end < 0) throw new DaemonUnreachable(request.socketPath, Object.assign(new Error('it closed without an answer'), { code: 'ECONNRESET' }));
  const status = Number(reply.toString('latin1', 9, 12));
  const body = reply.subarray(end + 4);
  const promised = /^content-length: *(\d+)/im.exec(reply.toString('latin1', 0, end))?.[1];
  if (promised !== undefined && body.length < Number(promised)) {
    throw new DaemonUnreachable(request.socketPath, new Error('it closed in the middle of its answer'));
  }
  if (status >= 400) throw failureOf(body, status);
  return body;
}

function encode({ method, path, body }: RawRequest): Buffer {
  const payload = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  const head = `${method} ${path} HTTP/1.1\r\nhost: muxward\r\nconnection: close\r\ncontent-length: ${payload.length}\r\n`;
  const type = payload.length > 0 ? 'content-type: application/json\r\n' : '';
  return Buffer.concat([Buffer.from(`${head}${type}\r\n`), payload]);
}

async function* readReply(socket: net.Socket, request: RawRequest): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let status = 0;
  const failure: Buffer[] = [];
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      let piece = chunk;
      if (head !== undefined) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) continue;
        status = Number(head.toString('latin1', 9, 12));
        piece = head.subarray(end + 4);
        head = undefined;
      }
      if (status >= 400) failure.push(piece);
      else if (piece.length > 0) yield piece;
    }
  } catch (cause) {
    if (request.signal?.aborted) return;
    throw new DaemonUnreachable(request.socketPath, cause);
  }
  if (request.signal?.aborted) return;
  if (head !== undefined) throw new DaemonUnreachable(request.socketPath, Object.assign(new Error('it closed without an answer'), { code: 'ECONNRESET' }));
  if (status >= 400) throw failureOf(Buffer.concat(failure), status);
}

function failureOf(body: Buffer, status: number): MuxwardError {
  try {
    const { error } = JSON.parse(body.toString()) as { error: ErrorBody };
    return MuxwardError.fromBody(error);
  } catch {
    return new MuxwardError('bug', `the daemon answered ${status} with no error in it`);
  }
}
