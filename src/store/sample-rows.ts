/**
 * Samples of all agents: written many at a time, thinned with age to minutes and hours of which least, mean and most are
 * kept, and bounded in number. The clock is the caller's.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { HistoryPoint, Span } from '../core/history.ts';

export interface Sample {
  readonly agent: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly cpuPercent: number | null;
  readonly rssBytes: number;
  readonly processes: number;
  readonly responseMs: number | null;
  readonly health: HistoryPoint['health'];
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Kept as they are for so long, and then as the next coarser step. */
const STEPS = [
  { stepMs: SECOND_MS, keptMs: 15 * MINUTE_MS, becomesMs: MINUTE_MS },
  { stepMs: MINUTE_MS, keptMs: 48 * HOUR_MS, becomesMs: HOUR_MS },
  { stepMs: HOUR_MS, keptMs: 90 * 24 * HOUR_MS, becomesMs: null },
] as const;

/** When there are too many, so much of what may be goes at once: it is looked for rarely then. */
const ROOM = 0.05;

const HEALTH = ['unknown', 'healthy', 'unhealthy'] as const;

// Numbers are bound as REAL: where a division is to be one of whole numbers, SQL says so.
const mean = (column: string): string => `sum(${column} * n) / sum(CASE WHEN ${column} IS NULL THEN NULL ELSE n END)`;

export class SampleRows {
  readonly #add: StatementSync;
  readonly #thin: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeOf: StatementSync;
  readonly #removeOldest: StatementSync;
  readonly #list: StatementSync;
  readonly #means: StatementSync;
  readonly #count: StatementSync;
  #rows: number | null = null;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(
      `INSERT INTO samples (agent, step, at, n, cpu_min, cpu_avg, cpu_max, rss_min, rss_avg, rss_max, response_min, response_avg, response_max, processes, health)
       VALUES (:agent, ${SECOND_MS}, :at, 1, :cpu, :cpu, :cpu, :rss, :rss, :rss, :response, :response, :response, :processes, :health)
       ON CONFLICT DO NOTHING`,
    );
    this.#thin = db.prepare(
      `INSERT INTO samples SELECT agent, :into, at / CAST(:into AS INTEGER) * CAST(:into AS INTEGER) AS begun, sum(n), min(cpu_min), ${mean('cpu_avg')}, max(cpu_max),
         min(rss_min), ${mean('rss_avg')}, max(rss_max), min(response_min), ${mean('response_avg')}, max(response_max), max(processes), max(health)
       FROM samples WHERE step = :step AND at < :before GROUP BY agent, begun ON CONFLICT DO NOTHING`,
    );
    this.#remove = db.prepare('DELETE FROM samples WHERE step = :step AND at < :before');
    this.#removeOf = db.prepare('DELETE FROM samples WHERE agent = ?');
    this.#removeOldest = db.prepare('DELETE FROM samples WHERE at < (SELECT at FROM samples ORDER BY at LIMIT 1 OFFSET ?)');
    this.#list = db.prepare('SELECT * FROM samples WHERE agent = ? AND at >= ? ORDER BY at, step DESC');
    this.#means = db.prepare('SELECT avg(at) AS atMs, avg(rss_avg) AS value FROM samples WHERE agent = :agent AND at >= :from GROUP BY (at - CAST(:from AS INTEGER)) / CAST(:bucket AS INTEGER) ORDER BY 1');
    this.#count = db.prepare('SELECT count(*) AS n FROM samples');
  }

  /** In a transaction of the caller's. */
  add(samples: readonly Sample[]): void {
    for (const { agent, atMs, cpuPercent, rssBytes, processes, responseMs, health } of samples) {
      const { changes } = this.#add.run({ agent, at: Math.floor(atMs / SECOND_MS) * SECOND_MS, cpu: cpuPercent, rss: rssBytes, response: responseMs, processes, health: HEALTH.indexOf(health) });
      this.#counted(Number(changes));
    }
  }

  /** What is older than its step is kept for becomes coarser; of more than `keepRows` the oldest go. In a transaction of the caller's. */
  thin(nowMs: number, keepRows: number): void {
    for (const { stepMs, keptMs, becomesMs } of STEPS) {
      const into = becomesMs ?? stepMs;
      // Whole steps only, so that nothing comes late to one that is made already.
      const before = Math.floor((nowMs - keptMs) / into) * into;
      if (becomesMs !== null) this.#counted(Number(this.#thin.run({ into, step: stepMs, before }).changes));
      this.#counted(-Number(this.#remove.run({ step: stepMs, before }).changes));
    }
    const rows = this.#total();
    if (rows > keepRows) this.#counted(-Number(this.#removeOldest.run(rows - Math.floor(keepRows * (1 - ROOM))).changes));
  }

  removeOf(agent: string): void {
    this.#counted(-Number(this.#removeOf.run(agent).changes));
  }

  /** Oldest first. */
  list(agent: string, sinceMs: number): HistoryPoint[] {
    return this.#list.all(agent, sinceMs).map(pointOf);
  }

  /** Mean memory of equal stretches of time since `fromMs`, oldest first; stretches without a sample are left out. */
  memoryMeans(agent: string, fromMs: number, bucketMs: number): { atMs: number; value: number }[] {
    return this.#means.all({ agent, from: fromMs, bucket: bucketMs }) as unknown as { atMs: number; value: number }[];
  }

  #total(): number {
    this.#rows ??= Number(this.#count.get()?.['n']);
    return this.#rows;
  }

  #counted(change: number): void {
    if (this.#rows !== null) this.#rows += change;
  }
}

function pointOf(row: Record<string, SQLOutputValue>): HistoryPoint {
  const span = (name: string): Span | null =>
    row[`${name}_avg`] === null ? null : { min: Number(row[`${name}_min`]), avg: Number(row[`${name}_avg`]), max: Number(row[`${name}_max`]) };
  return {
    at: new Date(Number(row['at'])).toISOString(),
    stepMs: Number(row['step']),
    cpu: span('cpu'),
    memory: span('rss') ?? { min: 0, avg: 0, max: 0 },
    response: span('response'),
    processes: Number(row['processes']),
    health: HEALTH[Number(row['health'])] ?? 'unknown',
  };
}
