/** What the agents tell of themselves: each writes `<id> <pid>` to a FIFO when it starts. No supervisor is asked. */
import fs from 'node:fs';
import net from 'node:net';

export interface ChildReport {
  readonly id: string;
  readonly pid: number;
  /** On the clock of performance.now(). */
  readonly atMs: number;
}

export class ChildReports {
  readonly #socket: net.Socket;
  readonly #last = new Map<string, ChildReport>();
  readonly #waiting = new Set<(report: ChildReport) => void>();
  #rest = '';

  constructor(fifo: string) {
    // For writing too, so that it never ends and no writer ever waits for a reader.
    const fd = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    this.#socket = new net.Socket({ fd, readable: true, writable: false });
    this.#socket.on('data', (piece) => this.#take(piece.toString()));
  }

  /** The latest report of an agent. */
  last(id: string): ChildReport | undefined {
    return this.#last.get(id);
  }

  /**
   * The next report of each of them: call it before they are started. Resolves when all have come, or with
   * those that have when the time is over.
   */
  async next(ids: readonly string[], timeoutMs: number): Promise<ReadonlyMap<string, ChildReport>> {
    const missing = new Set(ids);
    const came = new Map<string, ChildReport>();
    return await new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(take);
        resolve(came);
      };
      const take = (report: ChildReport): void => {
        if (!missing.delete(report.id)) return;
        came.set(report.id, report);
        if (missing.size === 0) done();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(take);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const atMs = performance.now();
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const [id = '', pid] = line.split(' ');
      const report = { id, pid: Number(pid), atMs };
      this.#last.set(id, report);
      for (const take of this.#waiting) take(report);
    }
  }
}
