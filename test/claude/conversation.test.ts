// The conversation of an agent of the real Claude Code: resumed whatever ends it, one writer at a time, counted, and bounded.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BudgetState } from '../../src/core/budget.ts';
import type { CostReport } from '../../src/core/cost-report.ts';
import type { EventData } from '../../src/core/event.ts';
import { whyNoMounts } from '../faults/fault.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';
import { reboot } from '../helpers/reboot.ts';

const LONG_MS = 60_000;

describeClaude('a conversation', { timeout: 180_000 }, () => {
  let claude: ClaudeRig;
  let home: MuxwardHome;

  beforeAll(async () => {
    home = new MuxwardHome();
    claude = await claudeRig(home);
  });

  afterAll(() => claude.end());

  /** On the screen it is a moment before it is written down. */
  const writtenDown = async (name: string, what: string) => {
    const transcript = await claude.transcript(name);
    await eventually(() => existsSync(transcript) && readFileSync(transcript, 'utf8').includes(what), `${what} is written down`, LONG_MS);
  };
  const headless = (name: string, prompt: string, ...flags: string[]) => claude.spawn(name, '--headless', '--permission-mode', 'acceptEdits', '--prompt', prompt, ...flags);
  const idle = (name: string) => home.ok('wait', name, '--for', 'idle', '--timeout', '60s');
  /** What the stand-in says that the turns of these prompts used, by the price of its model. */
  const standInUsd = (name: string): number => {
    const asked = claude.stub.requests('all').filter(({ body }) => JSON.stringify(body.messages).includes(`I am ${name}`));
    return asked.reduce((sum, { body }) => sum + (Math.ceil(JSON.stringify(body.messages).length / 4) * 4) / 1e6, 0);
  };

  test('goes on after a kill of the agent, of the daemon, and a stop; /branch and /clear begin others, which are resumed from then on', async () => {
    await claude.spawn('coder', '--permission-mode', 'acceptEdits', '--prompt', 'I am coder\nstub:say remembered');
    await claude.shows('coder', '● remembered', LONG_MS);
    await writtenDown('coder', '"text":"remembered"');
    const { sessionId, pid } = await home.agent('coder');
    process.kill(pid as number, 'SIGKILL');
    await home.agentThat('coder', 'runs again', ({ generation, state }) => generation === 2 && state !== 'spawning', LONG_MS);
    await claude.shows('coder', '● remembered', LONG_MS);

    process.kill(await home.daemonPid(), 'SIGKILL');
    await home.ok('stop', 'coder');
    await home.ok('start', 'coder');
    await claude.shows('coder', '● remembered', LONG_MS);
    expect((await home.agent('coder')).sessionId).toBe(sessionId);
    expect(claude.stub.prompts().filter((prompt) => prompt.includes('I am coder'))).toHaveLength(1);

    // A user who opens it too, by Claude Code's own means, is told of.
    const stranger = await claude.run(['spawn', 'stranger', '--type', 'worker', '--', claude.binary, '--resume', sessionId as string]);
    expect(stranger).toMatchObject({ status: 0 });
    const conflict = await eventually(async () => (await home.events('--agent', 'coder')).find(({ type }) => type === 'conversation.conflict'), 'the other writer is told of', LONG_MS);
    expect(conflict.data).toEqual({ sessionId, pid: (await home.agent('stranger')).pid });
    await home.ok('rm', '--force', 'stranger');

    await claude.ready('coder');
    await home.ok('keys', 'coder', '/', 'b', 'r', 'a', 'n', 'c', 'h', 'Space', 'Enter');
    const branched = await home.agentThat('coder', 'is in a branch of its conversation', (agent) => agent.sessionId !== sessionId, LONG_MS);
    await writtenDown('coder', '"text":"remembered"');
    await home.ok('restart', 'coder');
    await claude.shows('coder', '● remembered', LONG_MS);
    expect((await home.agent('coder')).sessionId).toBe(branched.sessionId);

    await claude.ready('coder');
    await home.ok('keys', 'coder', '/', 'c', 'l', 'e', 'a', 'r', 'Space', 'Enter');
    const cleared = await home.agentThat('coder', 'is in another conversation', (agent) => agent.sessionId !== branched.sessionId, LONG_MS);
    await writtenDown('coder', '"uuid"');
    await home.ok('restart', 'coder');
    await claude.ready('coder');
    expect((await home.agent('coder')).sessionId).toBe(cleared.sessionId);
    expect(claude.stub.prompts().filter((prompt) => prompt.includes('I am coder'))).toHaveLength(1);
    await home.ok('rm', '--force', 'coder');
  });

  test('begins anew where Claude Code was killed before it wrote more than a name', async () => {
    await claude.spawn('early');
    await claude.ready('early');
    await home.ok('stop', 'early');
    const { sessionId } = await home.agent('early');
    const transcript = await claude.transcript('early');
    mkdirSync(dirname(transcript), { recursive: true });
    writeFileSync(transcript, `${JSON.stringify({ type: 'custom-title', customTitle: 'early', sessionId })}\n`);
    await home.ok('start', 'early');
    await claude.ready('early');
    await home.ok('send', 'early', 'I am early\nstub:say here');
    await claude.shows('early', '● here');
    expect((await home.agent('early')).sessionId).not.toBe(sessionId);
    await home.ok('rm', '--force', 'early');
  });

  test('keeps its id when it cannot be resumed, and says so', async () => {
    await headless('broken', 'I am broken\nstub:say begun', '--exit-when-done', '--restart', 'no');
    await home.ok('wait', 'broken', '--timeout', '60s');
    const { sessionId } = await home.agent('broken');
    writeFileSync(await claude.transcript('broken'), 'no transcript\n');
    await home.ok('start', 'broken');
    const left = await home.agentThat('broken', 'has ended', ({ state, generation }) => generation === 2 && (state === 'terminated' || state === 'failed'), LONG_MS);
    expect(left.reason).toContain(`its conversation ${sessionId} could not be resumed (exit 1); its id is kept`);
    expect(left.sessionId).toBe(sessionId);
  });

  test('has one writer: of two agents that resume it at one moment one starts', async () => {
    await headless('first', 'I am first\nstub:say begun', '--exit-when-done');
    await home.ok('wait', 'first', '--timeout', '60s');
    const { sessionId } = await home.agent('first');
    const resume = ['--', claude.binary, '--resume', sessionId as string];
    const both = await Promise.all(['left', 'right'].map((name) => claude.run(['spawn', name, '--type', 'claude-code', ...resume])));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(both.map(({ stderr }) => stderr).join('')).toContain('is held by the agent');
  });

  test('costs what the stand-in counts, over a kill of the daemon, a restart and a second turn', async () => {
    await headless('counted', 'I am counted\nstub:say one');
    await idle('counted');
    process.kill(await home.daemonPid(), 'SIGKILL');
    await home.ok('restart', 'counted');
    await idle('counted');
    await home.ok('send', 'counted', 'stub:say two');
    await idle('counted');
    const cost = await eventually(async () => {
      const { total } = await home.json<CostReport>('cost', 'counted');
      return total.messages === 2 && total;
    }, 'both messages are counted', LONG_MS);
    expect(cost.usd).toBeGreaterThan(standInUsd('counted'));
    expect(cost.usd - (cost.outputTokens * 20) / 1e6).toBeCloseTo(standInUsd('counted'), 6);
    expect((await home.agent('counted')).cost.usd).toBeCloseTo(cost.usd, 6);
  });

  test('stops within one call when its budget is spent, and goes on when it is raised', async () => {
    const write = (n: number): string => `stub:tool Write ${JSON.stringify({ file_path: join(claude.project, `b${n}`), content: 'x' })}`;
    // Each call costs about one cent.
    await headless('spender', `I am spender\n${[1, 2, 3, 4, 5, 6, 7, 8].map(write).join('\n')}\nstub:say all written`, '--budget', '0.025');
    const paused = await home.agentThat('spender', 'is paused', ({ state }) => state === 'paused', LONG_MS);
    expect(paused.reason).toContain('budget set spender');
    expect(claude.stub.requests().filter(({ prompt }) => prompt.includes('I am spender'))).toHaveLength(3);
    const types = (await home.events('--agent', 'spender')).map(({ type }) => type);
    expect(types).toContain('budget.exceeded');
    const { budget } = await home.json<{ budget: BudgetState }>('budget', 'set', 'spender', '5');
    expect(budget.state).toBe('open');
    await home.ok('resume', 'spender');
    await home.ok('send', 'spender', 'stub:say more money');
    await claude.stub.waitForText('stub:say more money', LONG_MS);
  });

  test('is warned of when four fifths of its budget are spent, before it is stopped', async () => {
    const write = (n: number): string => `stub:tool Write ${JSON.stringify({ file_path: join(claude.project, `w${n}`), content: 'x' })}`;
    await headless('warned', `I am warned\n${Array.from({ length: 16 }, (_, n) => write(n)).join('\n')}\nstub:say all written`, '--budget', '0.1');
    await home.agentThat('warned', 'is paused', ({ state }) => state === 'paused', LONG_MS);
    const told = (await home.events('--agent', 'warned')).filter(({ type }) => type.startsWith('budget.'));
    expect(told.map(({ type }) => type)).toEqual(['budget.warned', 'budget.exceeded']);
    const { spentUsd } = told[0]!.data as EventData['budget.warned'];
    expect(spentUsd).toBeGreaterThanOrEqual(0.08);
    expect(spentUsd).toBeLessThan(0.1);
  });

  // The last: daemons that are started here afterwards would see a reboot each.
  test.skipIf(whyNoMounts() !== null)('is the same after a reboot', async () => {
    await claude.spawn('lasting', '--permission-mode', 'manual', '--prompt', 'I am lasting\nstub:say written down');
    await claude.shows('lasting', '● written down', LONG_MS);
    const transcript = await claude.transcript('lasting');
    await eventually(() => existsSync(transcript) && readFileSync(transcript, 'utf8').includes('"text":"written down"'), 'the answer is written down', LONG_MS);
    const { sessionId } = await home.agent('lasting');
    await reboot(home);
    expect(await home.agent('lasting')).toMatchObject({ state: 'terminated', exit: { kind: 'lost' } });
    await home.ok('start', 'lasting');
    await claude.shows('lasting', '● written down', LONG_MS);
    expect(await home.agent('lasting')).toMatchObject({ sessionId, restarts: 0 });
    expect(claude.stub.prompts().filter((prompt) => prompt.includes('I am lasting'))).toHaveLength(1);
    await home.ok('rm', '--force', 'lasting');
  });
});
