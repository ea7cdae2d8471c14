// How the real Claude Code is started: trust of a folder, prompts, what root may not.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { MuxwardHome } from '../helpers/muxward-home.ts';

/** The beginning of its text. */
const ROLE = readFileSync(join(import.meta.dirname, '../../templates/roles/reviewer.md'), 'utf8').slice(0, 40);

describeClaude('a start of the real Claude Code', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
  });

  afterAll(() => claude.end());

  test('with --trust it works in a folder that it never saw, and nothing else of the user’s state changes', async () => {
    const folder = claude.home.file('never-seen');
    mkdirSync(folder);
    const file = join(claude.userHome, '.claude.json');
    const before = JSON.parse(readFileSync(file, 'utf8')) as { projects: Record<string, unknown> };
    writeFileSync(file, JSON.stringify({ ...before, mine: 'kept' }));
    const prompt = `!not a command\n\ttab 👩‍👩‍👧 ${'long '.repeat(20_000)}\nstub:say TRUSTED`;
    const promptFile = claude.home.file('prompt.txt');
    writeFileSync(promptFile, prompt);
    await claude.spawn('trusted', '--cwd', folder, '--trust', '--permission-mode', 'manual', '--prompt-file', promptFile);
    await claude.shows('trusted', '● TRUSTED', 60_000);
    expect(claude.stub.prompts()).toEqual([prompt]);
    const after = JSON.parse(readFileSync(file, 'utf8')) as typeof before & { mine: string };
    expect(after).toMatchObject({ mine: 'kept', projects: { ...before.projects, [folder]: { hasTrustDialogAccepted: true } } });
  });

  test('its role, its model and its MCP servers are what was asked for; a tool that is allowed is called unasked', async () => {
    const notes = claude.home.file('notes');
    const config = claude.home.file('mcp.json');
    writeFileSync(config, JSON.stringify({ mcpServers: { tiny: { command: process.execPath, args: [join(import.meta.dirname, '../fixtures/tiny-mcp.mjs'), notes] } } }));
    await claude.spawn('equipped', '--role', 'reviewer', '--model', 'claude-opus-4-5', '--mcp-config', config, '--allow-tool', 'mcp__tiny__note', '--permission-mode', 'manual');
    await claude.ready('equipped');
    await claude.run(['send', 'equipped', 'stub:tool mcp__tiny__note {"text":"from the model"}\nstub:say NOTED']);
    await claude.shows('equipped', '● NOTED');
    expect(readFileSync(notes, 'utf8')).toBe('from the model');
    const { body } = await claude.stub.waitForText('stub:say NOTED');
    expect(body.model).toBe('claude-opus-4-5');
    expect(JSON.stringify(body.system)).toContain(JSON.stringify(ROLE).slice(1, -1));
  });
});
