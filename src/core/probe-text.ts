/** Probes as people write them: addresses, Unix sockets, statuses. The same words in flags and in `muxward.yaml`. */
import type { Probe, StatusRange } from './health.ts';

type HttpTarget = Pick<Extract<Probe, { kind: 'http' }>, 'url' | 'socket'>;
type TcpTarget = Pick<Extract<Probe, { kind: 'tcp' }>, 'host' | 'port'>;

/** sun_path holds 108 bytes with its NUL (unix(7)). */
const MAX_SOCKET_PATH = 107;

export const HTTP_HINT = 'for example http://127.0.0.1:8080/health or http+unix:///run/app.sock:/health';
export const TCP_HINT = 'HOST:PORT, the port from 1 to 65535, for example 127.0.0.1:5432';
export const STATUS_HINT = 'for example 200, 200-299 or 200,204';

/** `http://…`, `https://…`, `http+unix:///path.sock:/health`; undefined for anything else. */
export function parseHttpTarget(text: string): HttpTarget | undefined {
  if (/^https?:\/\//.test(text)) return URL.canParse(text) ? { url: text } : undefined;
  const unix = /^http\+unix:\/\/(\/[^:]*|(?:%2[fF])[^/:]*)(?::?(\/.*))?$/.exec(text);
  if (!unix) return undefined;
  const socket = unix[1]?.startsWith('/') ? unix[1] : decoded(unix[1] ?? '');
  const url = `http://localhost${unix[2] ?? '/'}`;
  return isSocketPath(socket) && URL.canParse(url) ? { url, socket } : undefined;
}

/** Absolute, and short enough for the kernel. */
export function isSocketPath(text: string): boolean {
  return text.startsWith('/') && text.length > 1 && new TextEncoder().encode(text).length <= MAX_SOCKET_PATH;
}

/** `host:port`, `[::1]:port`, or a port of this machine. */
export function parseTcpTarget(text: string): TcpTarget | undefined {
  const match = /^(?:\[([^\]]+)\]|([^\s:]*)):(\d{1,5})$/.exec(text) ?? /^()()(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || !(port >= 1 && port <= 65_535)) return undefined;
  return { host: match[1] || match[2] || '127.0.0.1', port };
}

/** `200`, `200-299`, and several of them. */
export function parseStatuses(text: string): StatusRange[] | undefined {
  const ranges = text.split(',').map((part) => /^(\d{3})(?:-(\d{3}))?$/.exec(part.trim()));
  const read = ranges.flatMap((match) => (match ? [{ from: Number(match[1]), to: Number(match[2] ?? match[1]) }] : []));
  const sound = read.length === ranges.length && read.every(({ from, to }) => from >= 100 && from <= to && to <= 599);
  return sound ? read : undefined;
}

/** A probe in a few words: `GET http://127.0.0.1:8080/`, `no output for 15m`. Holds what users wrote. */
export function describeProbe(probe: Probe): string {
  switch (probe.kind) {
    case 'http':
      return `GET ${probe.url}${probe.socket === undefined ? '' : ` at ${probe.socket}`}`;
    case 'tcp':
      return `TCP ${probe.host.includes(':') ? `[${probe.host}]` : probe.host}:${probe.port}`;
    case 'command':
      return `sh -c '${probe.command.replaceAll("'", "'\\''")}'`;
    case 'heartbeat':
      return `heartbeat every ${probe.everyMs / 1000} s`;
    case 'output':
      return `output every ${probe.silentMs / 1000} s`;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
