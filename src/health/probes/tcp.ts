/** Connects to a port and hangs up. */
import net from 'node:net';
import { isOurFault, type Finding } from '../outcome.ts';

export function connectTcp(host: string, port: number, timeoutMs: number): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: timeoutMs });
    const done = (finding: Finding): void => {
      socket.destroy();
      resolve(finding);
    };
    socket.on('connect', () => done(null));
    socket.on('timeout', () => done(`no connection within ${timeoutMs} ms`));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const inWords = error.code === 'ECONNREFUSED' ? `nobody listens at ${host}:${port}` : error.message;
      done(isOurFault(error) ? error : inWords);
    });
  });
}
