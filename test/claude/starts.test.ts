// Starts of the real Claude Code that somebody has to help: dialogs before its first hook, and starts that come to nothing.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { MuxwardHome } from '../helpers/muxward-home.ts';

const SLOW_MS = 60_000;

describeClaude('a start of the real Claude Code that needs help', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
  });

  afterAll(() => claude.end());

  const asks = (name: string, what: string): Promise<unknown> =>
    claude.home.agentThat(name, `asks ${what}`, ({ state, activity }) => state === 'waiting' && activity.detail === what, SLOW_MS);
  const unseen = (name: string): string[] => {
    const folder = claude.home.file(name);
    mkdirSync(folder);
    return ['--cwd', folder, '--permission-mode', 'manual'];
  };

  test('its dialogs are told, one after the other, answered from elsewhere, and the first prompt arrives', { timeout: 180_000 }, async () => {
    const state = join(claude.userHome, '.claude.json');
    writeFileSync(state, JSON.stringify({ hasCompletedOnboarding: true, lastReleaseNotesSeen: '99.0.0', hasSeenAutoDefaultNotice: true, theme: 'dark' }));
    await claude.spawn('stranger', ...unseen('strange'), '--prompt', 'stub:sleep 1500\nstub:say WELCOME');
    const questions = ['do you trust this folder?', 'do you want to use the API key of the environment?'];
    const first = await claude.home.agentThat('stranger', 'asks', ({ activity }) => questions.includes(activity.detail ?? ''), SLOW_MS);
    expect(first).toMatchObject({ state: 'waiting', activity: { source: 'screen' } });
    expect(await claude.home.ok('answer', 'stranger')).toContain('1. ');
    expect(await claude.home.ok('explain', 'stranger')).toMatch(/screen: rule \d+ of start\.yaml/);
    await claude.home.ok('answer', 'stranger', 'allow');
    await asks('stranger', questions.find((question) => question !== first.activity.detail) ?? '');
    await claude.home.ok('answer', 'stranger', 'allow');
    // Up and not yet at work is not idle.
    await claude.home.ok('wait', 'stranger', '--for', 'idle', '--timeout', '60s');
    expect(await claude.screen('stranger')).toContain('● WELCOME');
  });

  test('who says No is not asked again', { timeout: 180_000 }, async () => {
    claude.trust();
    await claude.spawn('refused', ...unseen('untrusted'));
    await asks('refused', 'do you trust this folder?');
    await claude.home.ok('answer', 'refused', 'deny');
    const { reason, restarts } = await claude.home.agentThat('refused', 'has failed', ({ state }) => state === 'failed', SLOW_MS);
    expect(reason).toContain('do you trust this folder?');
    expect(restarts).toBe(0);
  });

  test('offline at its first run it says so', { timeout: 180_000 }, async () => {
    rmSync(join(claude.userHome, '.claude.json'));
    await claude.spawn('offline', ...unseen('first'), '--restart', 'no', '--env', 'HTTPS_PROXY=http://127.0.0.1:9');
    const { reason } = await claude.home.agentThat('offline', 'has failed', ({ state }) => state === 'failed', SLOW_MS);
    expect(reason).toContain('cannot reach');
  });
});
