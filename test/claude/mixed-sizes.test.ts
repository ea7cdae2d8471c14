// Fifty prompts of mixed size, twenty times over: each reaches the model whole, and once. Two records say so that know
// nothing of muxward: what a hook of the user's own is given, and what the stand-in is asked. MUXWARD_TEST_ROUNDS
// makes it fewer.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/client/index.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

/** Few: each has its just-in-time compiler to warm up, and a warm one takes a third of the time. */
const AGENTS = 3;
const ROUNDS = Number(process.env['MUXWARD_TEST_ROUNDS'] ?? 20);
const PROMPTS = 50 * ROUNDS;

/**
 * Mostly short, every tenth of many lines with tabs, every fiftieth of 20 kB. Every eighth has the model take its time,
 * so that those after it are typed during a turn, and others at its end and at rest.
 */
function prompt(n: number): string {
  if (n % 50 === 49) return `prompt ${n}\n${`all work and no play ${n}\t😀\n`.repeat(700)}end ${n}`;
  if (n % 10 === 9) return `prompt ${n}\n\n\tindented\n  and "quoted" $HOME\nend ${n}`;
  return `prompt ${n}${' and some words'.repeat(n % 30)}${n % 8 === 0 ? '\nstub:sleep 1000' : ''}`;
}

describeClaude('prompts of mixed size', () => {
  let claude: ClaudeRig;
  const names = Array.from({ length: AGENTS }, (_, i) => `a${i}`);
  const heardBy = (name: string): string => claude.home.file(`${name}.heard`);

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
    const command = `cat >>'${claude.home.work}'/"$MUXWARD_AGENT".heard`;
    const settings = { prefersReducedMotion: true, spinnerTipsEnabled: false, hooks: { UserPromptSubmit: [{ hooks: [{ type: 'command', command }] }] } };
    writeFileSync(join(claude.userHome, '.claude/settings.json'), JSON.stringify(settings));
    await Promise.all(names.map((name) => claude.spawn(name)));
    await Promise.all(names.map((name) => claude.ready(name)));
  });

  afterAll(() => claude.end());

  test(`arrive whole, and once: ${PROMPTS}`, { timeout: (ROUNDS + 3) * 60_000 }, async () => {
    const client = connect({ home: claude.home.home });
    const sendAll = async (agent: number): Promise<void> => {
      for (let n = agent; n < PROMPTS; n += AGENTS) {
        await client.call('POST /api/agents/:name/input', { text: prompt(n), submit: true }, { path: { name: `a${agent}` } });
      }
    };
    await Promise.all(names.map((_, agent) => sendAll(agent)));
    const wanted = Array.from({ length: PROMPTS }, (_, n) => digest(prompt(n)));
    const asked = (): string[] => claude.stub.requests().flatMap(({ texts }) => texts.map(digest));
    await eventually(() => {
      const there = new Set(asked());
      return wanted.every((one) => there.has(one));
    }, 'all have arrived', 120_000);
    const heard = names.flatMap((name) => readFileSync(heardBy(name), 'utf8').split('\n').filter((line) => line !== ''));
    const hooked = heard.map((line) => digest((JSON.parse(line) as { prompt: string }).prompt));
    expect(hooked.toSorted()).toEqual(wanted.toSorted());
    const times = Map.groupBy(asked(), (one) => one);
    expect(wanted.filter((one) => times.get(one)?.length !== 1)).toEqual([]);
  });
});

/** Claude Code drops blanks at the end. */
function digest(text: string): string {
  return createHash('sha256').update(text.trimEnd()).digest('hex');
}
