/** The two kinds of FIFO between daemon and wrappers: reports come in on one, verdicts go out on one each. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { storageError } from './storage-error.ts';

const { O_NONBLOCK, O_RDWR, O_WRONLY } = fs.constants;

/** A line longer than this is no report: a wrapper's are below 200 bytes. */
const MAX_LINE = 4096;

/**
 * Reads lines for as long as it is open, first those that were written while nobody read. The FIFO is opened for writing
 * too, so that it never ends, and read by the event loop, so that no thread waits in it.
 * @throws MuxwardError `storage`
 */
export function openReports(path: string, onLine: (line: string) => void): { close(): void } {
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isFIFO()) makeFifo(path);
  const socket = new net.Socket({ fd: fs.openSync(path, O_RDWR | O_NONBLOCK), readable: true, writable: false });
  const decoder = new StringDecoder('utf8');
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) onLine(line);
  });
  socket.on('error', () => socket.destroy());
  return { close: () => void socket.destroy() };
}

/** Node has no mkfifo of its own. */
function makeFifo(path: string): void {
  try {
    fs.rmSync(path, { force: true });
    execFileSync('mkfifo', ['-m', '600', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    throw storageError('create', path, cause);
  }
}

/** Tells the wrapper that waits at `path`; `no-reader` where none does. */
export function answer(path: string, line: string): 'sent' | 'no-reader' {
  let fd: number;
  try {
    fd = fs.openSync(path, O_WRONLY | O_NONBLOCK);
  } catch {
    return 'no-reader';
  }
  try {
    fs.writeSync(fd, `${line}\n`);
    return 'sent';
  } catch {
    return 'no-reader';
  } finally {
    fs.closeSync(fd);
  }
}
