import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { array, assert as holds, boolean, nat, property } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { priceOf } from '../../../src/agents/claude/prices.ts';
import { transcriptPath } from '../../../src/agents/claude/transcript-path.ts';
import { tokensOfUsage } from '../../../src/agents/claude/usage.ts';
import type { MessageUsage } from '../../../src/core/cost.ts';
import { NO_TOKENS } from '../../../src/core/cost.ts';
import { Ledger } from '../../../src/daemon/cost/ledger.ts';
import type { ManagedAgent } from '../../../src/daemon/managed-agent.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';

const DATA = resolve(import.meta.dirname, '../../data/claude');
const FIRST = '11111111-1111-4111-8111-111111111111';
const FORK = '22222222-2222-4222-8222-222222222222';

let folder: string;
let store: Store;

function opened(): Store {
  const outcome = openStore(join(folder, 'muxward.db'));
  if (outcome.outcome !== 'opened') throw new Error(outcome.outcome);
  return outcome.store;
}

/** As much of an agent as the ledger looks at. */
function agentIn(name: string, sessionId: string, earlierSessions: string[] = []): ManagedAgent {
  const spec = { name, cwd: '/home/dev/proj', env: { CLAUDE_CONFIG_DIR: join(folder, 'claude') } };
  return { spec, record: { id: `ag_${name}`, sessionId, earlierSessions } } as unknown as ManagedAgent;
}

function put(agent: ManagedAgent, sessionId: string, content: string): string {
  const file = transcriptPath(agent.spec, sessionId);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const ledgerOf = (of: Store): Ledger => new Ledger({ store: of, priceOf: (model) => priceOf(model, {}), taskAt: () => null, onFact: () => undefined });
const sample = (name: string): string => readFileSync(join(DATA, name), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-'));
  store = opened();
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('what an agent cost', () => {
  it('is what Claude Code itself says of the session', () => {
    const agent = agentIn('coder', FIRST);
    put(agent, FIRST, sample('transcript.jsonl'));
    const ledger = ledgerOf(store);
    expect(ledger.read(agent)).toBe(true);
    expect(ledger.spent(agent)).toMatchObject({ inputTokens: 5211, outputTokens: 49, messages: 2, isPartial: false });
    expect(ledger.spent(agent).usd).toBeCloseTo(0.021824, 10);
    expect(ledger.read(agent)).toBe(false);
  });

  it('counts a fork without what it has from its parent, for whoever made it', () => {
    const [parent, fork] = [agentIn('parent', FIRST), agentIn('fork', FORK)];
    put(parent, FIRST, sample('transcript.jsonl'));
    put(fork, FORK, sample('transcript-fork.jsonl'));
    const ledger = ledgerOf(store);
    ledger.read(parent);
    ledger.read(fork);
    expect(ledger.report('agent', null, null).total.usd).toBeCloseTo(0.032752, 10);
    expect(ledger.spent(parent).usd).toBeCloseTo(0.021824, 10);
    expect(ledger.spent(fork).usd).toBeCloseTo(0.032752 - 0.021824, 10);
  });

  it('holds what sessions used beyond their messages, once, also over a fork', () => {
    const [parent, fork] = [agentIn('parent', FIRST), agentIn('fork', FORK)];
    put(parent, FIRST, sample('transcript.jsonl'));
    put(fork, FORK, sample('transcript-fork.jsonl'));
    const ledger = ledgerOf(store);
    ledger.read(parent);
    ledger.read(fork);
    const title = { model: 'claude-haiku-4-5', tokens: { ...NO_TOKENS, input: 1000 }, usd: 0.001, isGuess: false };
    ledger.total(parent, FIRST, [title], '2026-11-28T17:40:00.000Z');
    ledger.total(fork, FORK, [{ ...title, tokens: { ...NO_TOKENS, input: 1500 }, usd: 0.0015 }], '2026-11-28T17:41:00.000Z');
    const rows = ledger.report('model', null, null).rows;
    expect(rows.find(({ key }) => key === 'claude-haiku-4-5')).toMatchObject({ inputTokens: 1500, messages: 0 });
    expect(ledger.spent(parent).usd).toBeCloseTo(0.021824 + 0.001, 10);
    expect(ledger.spent(fork).usd).toBeCloseTo(0.032752 - 0.021824 + 0.0005, 10);
  });

  it('goes on where a killed daemon stopped, and survives a file that is begun anew', () => {
    const agent = agentIn('coder', FIRST);
    const lines = sample('transcript.jsonl').split('\n').slice(0, -1);
    const file = put(agent, FIRST, '');
    for (const line of lines) {
      appendFileSync(file, line.slice(0, 20));
      ledgerOf(store).read(agent);
      appendFileSync(file, `${line.slice(20)}\n`);
      ledgerOf(store).read(agent);
      store.close();
      store = opened();
    }
    expect(ledgerOf(store).spent(agent).usd).toBeCloseTo(0.021824, 10);
    const ledger = ledgerOf(store);
    ledger.read(agent);
    writeFileSync(file, `${lines[0]}\n`);
    ledger.read(agent);
    put(agent, FIRST, sample('transcript.jsonl'));
    ledger.read(agent);
    expect(ledger.spent(agent).usd).toBeCloseTo(0.021824, 10);
  });

  it('counts subagents, and earlier conversations', () => {
    const agent = agentIn('coder', FORK, [FIRST]);
    const file = put(agent, FIRST, sample('transcript.jsonl'));
    const sub = join(file.replace('.jsonl', ''), 'subagents');
    mkdirSync(sub, { recursive: true });
    writeFileSync(join(sub, 'agent-a.jsonl'), sample('transcript.jsonl').replaceAll('msg_stub', 'msg_sub'));
    const ledger = ledgerOf(store);
    ledger.read(agent);
    expect(ledger.spent(agent)).toMatchObject({ messages: 4, inputTokens: 10_422 });
  });

  it('says which model has no price', () => {
    const agent = agentIn('coder', FIRST);
    put(agent, FIRST, sample('transcript.jsonl').replaceAll('claude-opus-5-5', 'foo-model-9').replace('"hasUnknownModelCost": false', '"hasUnknownModelCost": true'));
    const ledger = ledgerOf(store);
    ledger.read(agent);
    expect(ledger.report('agent', null, null)).toMatchObject({ unpriced: ['foo-model-9'], total: { usd: 0, isPartial: true, inputTokens: 5211 } });
    const own = new Ledger({ store, priceOf: (model) => priceOf(model, { 'foo-model-9': { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, webSearch: 0 } }), taskAt: () => null, onFact: () => undefined });
    expect(own.spent(agent).usd).toBeCloseTo(5260 / 1e6, 10);
  });
});

describe('counting a message', () => {
  it('comes to the same however its records are split, doubled and mixed up', () => {
    const usage = (id: number, output: number): MessageUsage => ({ id: `m${id}`, sessionId: 's', model: 'claude-opus-5-5', at: '2030-01-31T12:00:00.000Z', tokens: { ...NO_TOKENS, input: 10 * id, output } });
    const payer = { agentId: 'ag', agent: 'a', task: null };
    holds(
      property(array(nat(8), { minLength: 1, maxLength: 12 }), array(boolean(), { maxLength: 20 }), nat(), (ids, again, seed) => {
        const at = mkdtempSync(join(folder, 'p-'));
        const outcome = openStore(join(at, 'x.db'));
        if (outcome.outcome !== 'opened') throw new Error(outcome.outcome);
        const whole = ids.flatMap((id) => [usage(id, 1), usage(id, 50)]);
        const doubled = [...whole, ...whole.filter((_, i) => again[i] ?? false)];
        const mixed = doubled.map((each, i) => [((i + 1) * (seed % 97 + 1)) % 101, each] as const).toSorted((a, b) => a[0] - b[0]);
        for (const [, each] of mixed) outcome.store.costs.putMessage(each, payer);
        const [sum] = outcome.store.costs.sums(null, null);
        const distinct = new Set(ids);
        expect(sum).toMatchObject({ messages: distinct.size, tokens: { input: [...distinct].reduce((a, b) => a + 10 * b, 0), output: 50 * distinct.size } });
        outcome.store.close();
        rmSync(at, { recursive: true });
      }),
      { numRuns: 25 },
    );
  });

  it('knows how long what was written to the cache lasts', () => {
    const usage = { input_tokens: 1, cache_creation_input_tokens: 10, cache_creation: { ephemeral_1h_input_tokens: 4 }, cache_read_input_tokens: 7, server_tool_use: { web_search_requests: 2 }, output_tokens: 3 };
    expect(tokensOfUsage(usage)).toEqual({ input: 1, output: 3, cacheRead: 7, cacheWrite: 6, cacheWrite1h: 4, webSearches: 2 });
    expect(tokensOfUsage({ input_tokens: 'x', cache_creation: 3 })).toEqual(NO_TOKENS);
  });
});
