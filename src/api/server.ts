/**
 * HTTP on the home's Unix socket, whose file mode is the authentication. Knows routes, bodies and errors; what a route
 * does is handed in. A handler's AsyncIterable is sent as one JSON document a line for as long as the client listens.
 */
import fs from 'node:fs';
import http from 'node:http';
import { MuxwardError } from '../core/errors.ts';
import { checkRequest } from './request-schemas.ts';
import { findRoute, type Handlers } from './routes.ts';

const MAX_BODY_BYTES = 64 * 2 ** 20;

export interface ApiServer {
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly socketPath: string;
  readonly handlers: Handlers;
  /** An exception that is no expected failure. */
  readonly onBug: (error: unknown) => void;
}

/** Listens; the caller holds the home's lock, so that a socket file that is there is a stale one. */
export async function serveApi(options: ApiOptions): Promise<ApiServer> {
  const server = http.createServer({ keepAliveTimeout: 1 }, (request, response) => void answer(options, request, response));
  fs.rmSync(options.socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.socketPath, () => resolve());
  });
  fs.chmodSync(options.socketPath, 0o600);
  return {
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function answer(options: ApiOptions, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.on('error', () => gone.abort());
  try {
    const url = new URL(request.url ?? '/', 'http://muxward');
    const found = findRoute(request.method ?? 'GET', url.pathname);
    if (!found) throw new MuxwardError('not-found', `no route ${request.method} ${url.pathname}`);
    const takes = request.method === 'GET' ? readQuery(url) : await readBody(request);
    const handler = options.handlers[found.route] as (takes: unknown, call: unknown) => unknown;
    const gives = await handler(checkRequest(found.route, takes), { params: found.params, signal: gone.signal });
    if (isIterable(gives)) await stream(response, gives);
    else send(response, 200, gives);
  } catch (error) {
    fail(options, response, error);
  }
}

function readQuery(url: URL): unknown {
  const query = url.searchParams.get('q');
  return query === null ? {} : parseJson(query);
}

async function readBody(request: http.IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) throw new MuxwardError('usage', 'the request is larger than 64 MB');
    pieces.push(piece);
  }
  return bytes === 0 ? {} : parseJson(Buffer.concat(pieces).toString());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MuxwardError('usage', 'the request is not JSON', { cause });
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

const NDJSON = { 'content-type': 'application/x-ndjson', connection: 'close' };

async function stream(response: http.ServerResponse, documents: AsyncIterable<unknown>): Promise<void> {
  // The end of the stream is the end of the connection: clients need not know chunks.
  response.useChunkedEncodingByDefault = false;
  for await (const document of documents) {
    if (response.destroyed) return;
    // Not before the first document: until then the handler may still refuse the request.
    if (!response.headersSent) response.writeHead(200, NDJSON);
    if (!response.write(`${JSON.stringify(document)}\n`)) await drained(response);
  }
  if (!response.headersSent) response.writeHead(200, NDJSON);
  response.end();
}

function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

function send(response: http.ServerResponse, status: number, document: unknown): void {
  const body = `${JSON.stringify(document)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.end(body);
}

const STATUS_OF_CODE: Partial<Record<MuxwardError['code'], number>> = {
  usage: 400,
  'invalid-config': 400,
  'not-found': 404,
  conflict: 409,
  refused: 403,
  timeout: 504,
};

function fail({ onBug }: ApiOptions, response: http.ServerResponse, error: unknown): void {
  const known = error instanceof MuxwardError;
  if (!known) onBug(error);
  if (response.headersSent) return void response.destroy();
  const body = known ? error.toBody() : new MuxwardError('bug', `a bug in muxward: ${String(error)}`).toBody();
  send(response, known ? (STATUS_OF_CODE[error.code] ?? 500) : 500, { error: body });
}
