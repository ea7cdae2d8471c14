/**
 * What messages and sessions of agents used, each written once under its own id: a record that is read again, in whatever
 * order, changes nothing. Only tokens are kept; what they cost is said when somebody asks, by the prices of then.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LONG_PROMPT_TOKENS, promptTokens, type MessageUsage, type ModelTotal, type Tokens } from '../core/cost.ts';

/** Who pays for a message. */
export interface Payer {
  /** Of one life of an agent: another agent that has its name later is another payer. */
  readonly agentId: string;
  readonly agent: string;
  readonly task: string | null;
}

/** Messages of one payer, model and day, with short and with long prompts apart. */
export interface UsageSum extends Payer {
  readonly sessionId: string;
  readonly model: string;
  /** `2030-01-31`, UTC. */
  readonly day: string;
  readonly isLong: boolean;
  readonly messages: number;
  readonly tokens: Tokens;
}

/** What a session says that it used of one model, with what it has from the session it was forked from. */
export interface SessionTotal extends Payer, ModelTotal {
  readonly sessionId: string;
  readonly at: string;
}

const TOKENS = 'input, output, cache_read, cache_write, cache_write_1h, web_searches';
const SUMS = 'sum(input) AS input, sum(output) AS output, sum(cache_read) AS cache_read, sum(cache_write) AS cache_write, sum(cache_write_1h) AS cache_write_1h, sum(web_searches) AS web_searches';
const MOST = TOKENS.split(', ').map((column) => `${column} = max(${column}, excluded.${column})`).join(', ');

export class CostRows {
  readonly #putMessage: StatementSync;
  readonly #copy: StatementSync;
  readonly #putTotal: StatementSync;
  readonly #putOffset: StatementSync;
  readonly #offset: StatementSync;
  readonly #sums: StatementSync;
  readonly #copies: StatementSync;
  readonly #totals: StatementSync;

  constructor(db: DatabaseSync) {
    this.#putMessage = db.prepare(
      `INSERT INTO cost_messages (id, agent_id, agent, task, session, model, at, long_prompt, ${TOKENS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET long_prompt = max(long_prompt, excluded.long_prompt), ${MOST}
       RETURNING session`,
    );
    this.#copy = db.prepare('INSERT OR IGNORE INTO cost_copies (session, message) VALUES (?, ?)');
    this.#putTotal = db.prepare(
      `INSERT INTO cost_totals (session, model, agent_id, agent, task, at, usd, guess, ${TOKENS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session, model) DO UPDATE SET at = max(at, excluded.at), usd = max(usd, excluded.usd), guess = excluded.guess, ${MOST}`,
    );
    this.#putOffset = db.prepare('INSERT INTO cost_files (path, offset) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET offset = excluded.offset');
    this.#offset = db.prepare('SELECT offset FROM cost_files WHERE path = ?');
    this.#sums = db.prepare(
      `SELECT agent_id, agent, task, session, model, substr(at, 1, 10) AS day, long_prompt, count(*) AS messages, ${SUMS} FROM cost_messages
       WHERE (:since IS NULL OR at >= :since) AND (:agentId IS NULL OR agent_id = :agentId)
       GROUP BY agent_id, agent, task, session, model, day, long_prompt ORDER BY day, agent, model`,
    );
    this.#copies = db.prepare(
      `SELECT cost_copies.session AS session, cost_messages.session AS origin, model, long_prompt, ${SUMS} FROM cost_copies
       JOIN cost_messages ON cost_messages.id = cost_copies.message GROUP BY cost_copies.session, origin, model, long_prompt`,
    );
    this.#totals = db.prepare('SELECT * FROM cost_totals WHERE (:agentId IS NULL OR agent_id = :agentId) ORDER BY at');
  }

  /** A message belongs to the session in which it was first seen; in another one (a fork) it is a copy. */
  putMessage({ id, sessionId, model, at, tokens }: MessageUsage, { agentId, agent, task }: Payer): void {
    const long = promptTokens(tokens) > LONG_PROMPT_TOKENS ? 1 : 0;
    const row = this.#putMessage.get(id, agentId, agent, task, sessionId, model, at, long, ...columnsOf(tokens));
    if (row?.['session'] !== sessionId) this.#copy.run(sessionId, id);
  }

  /** Sums only grow: an older record of the same session changes nothing. */
  putTotal({ sessionId, model, agentId, agent, task, at, usd, isGuess, tokens }: SessionTotal): void {
    this.#putTotal.run(sessionId, model, agentId, agent, task, at, usd, isGuess ? 1 : 0, ...columnsOf(tokens));
  }

  /** Up to where a file is counted. */
  offsetOf(path: string): number {
    return Number(this.#offset.get(path)?.['offset'] ?? 0);
  }

  putOffset(path: string, offset: number): void {
    this.#putOffset.run(path, offset);
  }

  /** @param since ISO 8601: only messages from then on; @param agentId only of that life of an agent */
  sums(since: string | null, agentId: string | null): UsageSum[] {
    return this.#sums.all({ since, agentId }).map((row) => ({
      ...payerOf(row),
      sessionId: String(row['session']),
      model: String(row['model']),
      day: String(row['day']),
      isLong: row['long_prompt'] === 1,
      messages: Number(row['messages']),
      tokens: tokensOf(row),
    }));
  }

  /** What forks hold of the sessions that they come from. */
  copies(): (Pick<UsageSum, 'sessionId' | 'model' | 'isLong' | 'tokens'> & { readonly origin: string })[] {
    return this.#copies.all().map((row) => ({
      sessionId: String(row['session']),
      origin: String(row['origin']),
      model: String(row['model']),
      isLong: row['long_prompt'] === 1,
      tokens: tokensOf(row),
    }));
  }

  totals(agentId: string | null): SessionTotal[] {
    return this.#totals.all({ agentId }).map((row) => ({
      ...payerOf(row),
      sessionId: String(row['session']),
      model: String(row['model']),
      at: String(row['at']),
      usd: Number(row['usd']),
      isGuess: row['guess'] === 1,
      tokens: tokensOf(row),
    }));
  }
}

type Row = Readonly<Record<string, unknown>>;

function payerOf(row: Row): Payer {
  return { agentId: String(row['agent_id']), agent: String(row['agent']), task: typeof row['task'] === 'string' ? row['task'] : null };
}

function columnsOf({ input, output, cacheRead, cacheWrite, cacheWrite1h, webSearches }: Tokens): number[] {
  return [input, output, cacheRead, cacheWrite, cacheWrite1h, webSearches];
}

function tokensOf(row: Row): Tokens {
  const count = (column: string): number => Number(row[column]);
  return {
    input: count('input'),
    output: count('output'),
    cacheRead: count('cache_read'),
    cacheWrite: count('cache_write'),
    cacheWrite1h: count('cache_write_1h'),
    webSearches: count('web_searches'),
  };
}
