// What the command line does when a daemon goes away under its request.
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../src/cli/connection.ts';

let folder = '';
let socketPath = '';
let servers: net.Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'c'));
  socketPath = path.join(folder, 's');
});

afterEach(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  servers = [];
  rmSync(folder, { recursive: true });
});

async function serve(onConnection: (socket: net.Socket) => void): Promise<void> {
  rmSync(socketPath, { force: true });
  const server = net.createServer({ pauseOnConnect: true }, onConnection);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
}

/** Once the request has come, and is read. */
function afterRequest(socket: net.Socket, then: () => void): void {
  socket.on('data', then);
  socket.resume();
}

const answer = (socket: net.Socket): void => afterRequest(socket, () => void socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"agents":[]}'));
const closeAtOnce = (socket: net.Socket): void => afterRequest(socket, () => void socket.end());
/** With the request unread the kernel says that it is reset. */
const reset = (socket: net.Socket): void => void setTimeout(() => socket.destroy(), 50);

describe('a daemon that goes while it is asked', () => {
  const ways: readonly (readonly [string, (socket: net.Socket) => void])[] = [
    ['a reset', reset],
    ['an end without an answer', closeAtOnce],
  ];
  it.each(ways)('%s: what only reads is asked of the next one, nothing else is', async (_, go) => {
    await serve(go);
    let starts = 0;
    const connection = new Connection(socketPath, async () => {
      starts += 1;
      await serve(answer);
    });
    await expect(connection.call('POST /api/cleanup', { dryRun: true, force: false })).rejects.toMatchObject({ code: 'unreachable' });
    expect(starts).toBe(0);
    expect(await connection.call('GET /api/agents', {})).toEqual({ agents: [] });
    expect(starts).toBe(1);
  });

  it('is told of where no other is to be started', async () => {
    await serve(closeAtOnce);
    await expect(new Connection(socketPath, null).call('GET /api/agents', {})).rejects.toMatchObject({ code: 'unreachable' });
  });
});
