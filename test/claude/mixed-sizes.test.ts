// Fifty prompts of mixed size, several times over: each reaches the model whole, and once. With MUXWARD_TEST_ROUNDS=20
// it is a thousand.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/client/index.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

const AGENTS = 4;
const ROUNDS = Number(process.env['MUXWARD_TEST_ROUNDS'] ?? 2);
const PROMPTS = 50 * ROUNDS;

/** Mostly short, every tenth of many lines with tabs, every fiftieth of 20 kB. */
function prompt(n: number): string {
  if (n % 50 === 49) return `prompt ${n}\n${`all work and no play ${n}\t😀\n`.repeat(700)}end ${n}`;
  if (n % 10 === 9) return `prompt ${n}\n\n\tindented\n  and "quoted" $HOME\nend ${n}`;
  return `prompt ${n}${' and some words'.repeat(n % 30)}`;
}

describeClaude('prompts of mixed size', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
    const names = Array.from({ length: AGENTS }, (_, i) => `a${i}`);
    await Promise.all(names.map((name) => claude.spawn(name)));
    await Promise.all(names.map((name) => claude.ready(name)));
  });

  afterAll(() => claude.end());

  test('arrive whole, and once', { timeout: ROUNDS * 120_000 }, async () => {
    const client = connect({ home: claude.home.home });
    const sendAll = async (agent: number): Promise<void> => {
      for (let n = agent; n < PROMPTS; n += AGENTS) {
        await client.call('POST /api/agents/:name/input', { text: prompt(n), submit: true }, { path: { name: `a${agent}` } });
      }
    };
    await Promise.all(Array.from({ length: AGENTS }, (_, agent) => sendAll(agent)));
    const wanted = Array.from({ length: PROMPTS }, (_, n) => digest(prompt(n)));
    const arrived = (): string[] => claude.stub.requests().flatMap(({ texts }) => texts.map((text) => digest(text.trimEnd())));
    await eventually(() => {
      const there = new Set(arrived());
      return wanted.every((one) => there.has(one));
    }, 'all have arrived', 120_000);
    const times = Map.groupBy(arrived(), (one) => one);
    expect(wanted.filter((one) => times.get(one)?.length !== 1)).toEqual([]);
  });
});

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
