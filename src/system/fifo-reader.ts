/**
 * The two FIFOs between the daemon and its wrappers: reports come in on one that all share, each wrapper waits for
 * its verdict on its own. What a report means is core/wrapper-report.ts.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, fstatSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import net from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { storageError } from '../core/storage-error.ts';

const { O_NONBLOCK, O_RDWR, O_WRONLY } = constants;

/** A report is below 150 bytes; what has no end by then is garbage. */
const MAX_LINE_CHARACTERS = 4096;
/** What a pipe of Linux holds. */
const READ_BYTES = 65_536;

export interface Reports {
  close(): void;
}

/** Lines that follow one another are gathered for so long, where there are many. */
const GATHER_MS = 15;

/**
 * Hands over each line that arrives, until closed: at once, or, while `areMany`, some together. Makes the FIFO where it
 * is missing. Opened for writing too, so that it never ends when the last writer goes and writers never wait for us.
 * @throws MuxwardError `storage`.
 */
export function openReports(path: string, onLine: (line: string) => void, areMany: () => boolean = () => false): Reports {
  makeFifo(path);
  const take = lineReader(onLine);
  let gathering: NodeJS.Timeout | null = null;
  const onRead = (bytes: number, buffer: Uint8Array): boolean => {
    take(buffer.subarray(0, bytes));
    if (!areMany()) return true;
    gathering = setTimeout(() => socket.resume(), GATHER_MS);
    return false;
  };
  // Not by the events of a stream: it would go on reading while it is paused.
  const onread = { buffer: Buffer.alloc(READ_BYTES), callback: onRead };
  const socket = new net.Socket({ fd: openFifo(path), readable: true, writable: false, onread });
  return {
    close: () => {
      if (gathering) clearTimeout(gathering);
      socket.destroy();
    },
  };
}

/** Cuts what comes in pieces into lines. */
function lineReader(onLine: (line: string) => void): (piece: Uint8Array) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (piece) => {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) rest = '';
    for (const line of lines) if (line !== '' && line.length <= MAX_LINE_CHARACTERS) onLine(line);
  };
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
