/** How much each generation has printed: what the writer of its log has been given, which no rotation changes. */
import fs from 'node:fs';
import { logPath, type HomePaths } from '../../config/paths.ts';
import { livenessOf, type Identity } from '../../system/identity.ts';
import { logWriters } from '../log-writer.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

export class OutputBytes {
  readonly #registry: Registry;
  readonly #paths: HomePaths;
  readonly #tmuxPid: () => number;
  readonly #writers = new Map<string, Identity>();

  constructor(registry: Registry, paths: HomePaths, tmuxPid: () => number) {
    this.#registry = registry;
    this.#paths = paths;
    this.#tmuxPid = tmuxPid;
  }

  /** A generation begins: what was printed so far is not its. */
  begin(agent: ManagedAgent): void {
    if (typeof agent.spec.limits.outputBytes !== 'number') return;
    const writer = this.#writerOf(agent.spec.name);
    const bytes = writer && bytesReadBy(writer.pid);
    if (writer !== undefined && bytes !== undefined) this.#setBase(agent, writer, bytes);
  }

  /** A new writer has read nothing yet; of one that is there already, this is what earlier generations printed. */
  #setBase(agent: ManagedAgent, writer: Identity, bytes: number): void {
    const { generation, printedBefore } = agent.record;
    const before = generation === 1 || printedBefore?.writer !== writer.startTime ? 0 : bytes;
    this.#registry.patch(agent, { printedBefore: { generation, writer: writer.startTime, bytes: before } });
  }

  /** Since its generation began, or was first looked at; null where that cannot be known. */
  of(agent: ManagedAgent): number | null {
    const writer = this.#writerOf(agent.spec.name);
    const bytes = writer && bytesReadBy(writer.pid);
    if (writer === undefined || bytes === undefined) return null;
    const { generation, printedBefore } = agent.record;
    if (printedBefore?.generation !== generation || printedBefore.writer !== writer.startTime) this.#setBase(agent, writer, bytes);
    return bytes - (agent.record.printedBefore?.bytes ?? 0);
  }

  #writerOf(name: string): Identity | undefined {
    const known = this.#writers.get(name);
    if (known !== undefined && livenessOf(known) === 'alive') return known;
    const found = logWriters(this.#tmuxPid()).get(logPath(this.#paths, name));
    if (found === undefined) this.#writers.delete(name);
    else this.#writers.set(name, found);
    return found;
  }
}

/** `rchar` of proc_pid_io(5). */
function bytesReadBy(pid: number): number | undefined {
  try {
    const found = /^rchar: (\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/io`, 'latin1'));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}
