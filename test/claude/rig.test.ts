// The rig itself: the real Claude Code under muxward talks to the stand-in, and both say the same.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

describeClaude('the real Claude Code under muxward', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
  });

  afterAll(() => claude.end());

  test('works on the prompt it was spawned with, uses a tool, and its answer is on the screen and in the transcript', async () => {
    const file = join(claude.project, 'a.txt');
    const write = JSON.stringify({ file_path: file, content: 'written' });
    const prompt = `Write a file\nstub:tool Write ${write}\nstub:say it is written`;
    await claude.spawn('coder', '--permission-mode', 'acceptEdits', '--prompt', prompt);
    await claude.shows('coder', '● it is written');
    expect(readFileSync(file, 'utf8')).toBe('written');
    expect(claude.stub.prompts()).toEqual([prompt]);
    expect(claude.stub.requests().map(({ step }) => step)).toEqual([0, 1]);
    const transcript = await claude.transcript('coder');
    await eventually(() => existsSync(transcript) && readFileSync(transcript, 'utf8').includes('it is written'), 'it is written down');
  });
});
