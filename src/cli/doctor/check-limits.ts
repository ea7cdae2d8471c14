/** Limits of the machine and of this user: terminals, processes, open files. */
import { readFile } from 'node:fs/promises';
import { note, ok, problem, type Check, type Finding } from './finding.ts';

/** An agent is a pane, a wrapper, a log pipe, and what it starts itself. */
const PROCESSES_WANTED = 1024;
const FILES_WANTED = 1024;
const TERMINALS_WANTED = 64;

export const checkLimits: Check = async () => {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => undefined);
  if (limits === undefined) return [];
  return [
    atLeast('processes', softLimit(limits, 'Max processes'), PROCESSES_WANTED, 'raise ulimit -u (limits.conf, or TasksMax= of your systemd slice)'),
    atLeast('open files', softLimit(limits, 'Max open files'), FILES_WANTED, `ulimit -n ${FILES_WANTED * 4}`),
  ];
};

export const checkTerminals: Check = async () => {
  const [max, used] = await Promise.all(['max', 'nr'].map((name) => readNumber(`/proc/sys/kernel/pty/${name}`)));
  if (max === undefined || used === undefined) return [];
  const free = max - used;
  const remedy = 'sysctl kernel.pty.max=8192 (as root)';
  if (free < 2) return [problem(`no terminal is free: ${used} of ${max} are used`, remedy)];
  return [free < TERMINALS_WANTED ? note(`only ${free} of ${max} terminals are free`, remedy) : ok(`${free} terminals free`)];
};

function atLeast(what: string, limit: number, wanted: number, remedy: string): Finding {
  if (limit < wanted) return note(`at most ${limit} ${what}`, remedy);
  return ok(limit === Number.POSITIVE_INFINITY ? `${what} unlimited` : `${limit} ${what} allowed`);
}

function softLimit(limits: string, name: string): number {
  const value = limits.split('\n').find((line) => line.startsWith(name))?.slice(name.length).trim().split(/\s+/)[0];
  return value === undefined || value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value);
}

async function readNumber(file: string): Promise<number | undefined> {
  return await readFile(file, 'utf8').then(Number, () => undefined);
}
