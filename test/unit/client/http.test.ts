// What becomes of a request where the daemon is there and says nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { requestWhole } from '../../../src/client/http.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'http'));
const socketPath = path.join(folder, 's');
const request = { socketPath, method: 'GET', path: '/slow' } as const;
let server: net.Server;
const sockets = new Set<net.Socket>();

async function serve(answer: (socket: net.Socket, head: string) => void): Promise<void> {
  server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => answer(socket, data.toString()));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const ok = (socket: net.Socket): void => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');

test('a daemon that hangs is unreachable; one that only takes its time is waited for', async () => {
  await serve(() => undefined);
  await expect(requestWhole(request, 100)).rejects.toMatchObject({ code: 'unreachable', exitCode: 4, message: expect.stringContaining('does not answer') });

  await new Promise((resolve) => {
    for (const socket of sockets) socket.destroy();
    server.close(resolve);
  });
  const slow: net.Socket[] = [];
  await serve((socket, head) => {
    if (!head.includes('/healthz')) return void slow.push(socket);
    ok(socket);
    for (const waiting of slow) ok(waiting);
  });
  expect((await requestWhole(request, 3000)).toString()).toBe('{}');
});
