/**
 * Finds the processes that were started for an agent by the mark in their environment (MUXWARD_HOME and
 * MUXWARD_AGENT), wherever a double fork or setsid took them. Ending them is tree-termination.ts.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { listPids, readStat } from './process-table.ts';
import { psEnvironments } from './process-table-ps.ts';

/** A living process that carries an agent's mark. */
export interface MarkedProcess {
  readonly pid: number;
  readonly startTime: number;
  /** Which start of the agent it comes from; 0 where the mark does not say. */
  readonly generation: number;
  readonly ppid: number;
  readonly pgid: number;
}

interface Mark {
  readonly agent: string;
  readonly generation: number;
}

/** Holds any usual environment; grown for larger ones, up to what the kernel lets a process start with. */
let buffer = Buffer.allocUnsafe(256 * 1024);
const MAX_ENVIRON_BYTES = 8 * 2 ** 20;

/**
 * Every process of this machine that carries the mark of an agent of `home`, by agent. Zombies, our own process
 * and processes of other users (whose environment is closed to us) are left out.
 */
export function findMarked(home: string): Map<string, MarkedProcess[]> {
  const found = new Map<string, MarkedProcess[]>();
  for (const [pid, mark] of process.platform === 'linux' ? procMarks(home) : psMarks(home)) {
    const stat = readStat(pid);
    if (typeof stat === 'string' || stat.state === 'Z' || stat.state === 'X') continue;
    const { startTime, ppid, pgid } = stat;
    const marked = { pid, startTime, generation: mark.generation, ppid, pgid };
    const others = found.get(mark.agent);
    if (others) others.push(marked);
    else found.set(mark.agent, [marked]);
  }
  return found;
}

/** Does this very process bear the mark of that start of an agent? What cannot be read does not. */
export function isMarked(pid: number, home: string, agent: string, generation: number): boolean {
  for (const [marked, mark] of process.platform === 'linux' ? procMarks(home, [pid]) : psMarks(home)) {
    if (marked === pid && mark.agent === agent && mark.generation === generation) return true;
  }
  return false;
}

function* procMarks(home: string, pids = listPids() ?? []): Generator<[number, Mark]> {
  const wanted = Buffer.from(home);
  for (const pid of pids) {
    if (pid === process.pid) continue;
    const environ = readEnviron(pid);
    const mark = environ && markIn(environ, wanted);
    if (mark) yield [pid, mark];
  }
}

/** The mark in an environment block of NUL-terminated strings, where it is of this home. */
function markIn(environ: Buffer, home: Buffer): Mark | undefined {
  const agent = valueOf(environ, 'MUXWARD_AGENT=');
  if (agent === undefined || agent.length === 0) return undefined;
  if (!valueOf(environ, 'MUXWARD_HOME=')?.equals(home)) return undefined;
  return {
    agent: agent.toString(),
    generation: toGeneration(valueOf(environ, 'MUXWARD_GENERATION=')?.toString()),
  };
}

/** The value of the first string that begins with `key`, as getenv(3) finds it. */
function valueOf(environ: Buffer, key: string): Buffer | undefined {
  for (let at = environ.indexOf(key); at >= 0; at = environ.indexOf(key, at + 1)) {
    if (at > 0 && environ[at - 1] !== 0) continue;
    const end = environ.indexOf(0, at);
    return environ.subarray(at + key.length, end < 0 ? environ.length : end);
  }
  return undefined;
}

/** A view of the shared buffer, good until the next call; undefined where there is nothing for us to read. */
function readEnviron(pid: number): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${pid}/environ`, 'r');
    let length = 0;
    for (;;) {
      length += readSync(fd, buffer, length, buffer.length - length, length);
      if (length < buffer.length || buffer.length >= MAX_ENVIRON_BYTES) break;
      buffer = Buffer.concat([buffer], buffer.length * 2);
    }
    return length > 0 ? buffer.subarray(0, length) : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** `ps` separates by spaces what the kernel separates by NUL: a value that looks like a mark would be taken for one. */
function* psMarks(home: string): Generator<[number, Mark]> {
  for (const { pid, text } of psEnvironments()) {
    const agent = / MUXWARD_AGENT=(\S+) /.exec(text)?.[1];
    if (pid === process.pid || agent === undefined || !text.includes(` MUXWARD_HOME=${home} `)) continue;
    yield [pid, { agent, generation: toGeneration(/ MUXWARD_GENERATION=(\d+) /.exec(text)?.[1]) }];
  }
}

function toGeneration(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
