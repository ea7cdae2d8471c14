/**
 * The two FIFOs between the daemon and its wrappers: reports come in on one that all share, each wrapper waits for
 * its verdict on its own. What a report means is core/wrapper-report.ts.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, fstatSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import net from 'node:net';
import { storageError } from '../core/storage-error.ts';

const { O_NONBLOCK, O_RDWR, O_WRONLY } = constants;

/** A report is below 150 bytes; what has no end by then is garbage. */
const MAX_LINE_CHARACTERS = 4096;

export interface Reports {
  close(): void;
}

/**
 * Hands over each line that arrives, until closed. Makes the FIFO where it is missing. Opened for writing too, so
 * that it never ends when the last writer goes and writers never wait for us.
 * @throws MuxwardError `storage`.
 */
export function openReports(path: string, onLine: (line: string) => void): Reports {
  makeFifo(path);
  const socket = new net.Socket({ fd: openFifo(path), readable: true, writable: false });
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) rest = '';
    for (const line of lines) if (line !== '' && line.length <= MAX_LINE_CHARACTERS) onLine(line);
  });
  return { close: () => void socket.destroy() };
}

/**
 * Writes one line to the FIFO of a waiting wrapper. `no-reader`: it did not arrive, because none waits there, it went
 * away, or it does not read. Never throws: whoever asks has to find another way in each of these cases.
 */
export function answer(path: string, line: string): 'sent' | 'no-reader' {
  let fd: number | undefined;
  try {
    fd = openSync(path, O_WRONLY | O_NONBLOCK);
    if (!fstatSync(fd).isFIFO()) return 'no-reader';
    // Up to PIPE_BUF bytes are written whole or not at all.
    writeSync(fd, `${line}\n`);
    return 'sent';
  } catch {
    return 'no-reader';
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Node has no mkfifo of its own. */
function makeFifo(path: string): void {
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there?.isFIFO()) return;
    // A wrapper that was run by hand before there was a daemon leaves a plain file in its place.
    if (there) rmSync(path);
    execFileSync('mkfifo', ['-m', '600', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    throw storageError('make the FIFO', path, cause);
  }
}

function openFifo(path: string): number {
  try {
    return openSync(path, O_RDWR | O_NONBLOCK);
  } catch (error) {
    throw storageError('open the FIFO', path, error);
  }
}
