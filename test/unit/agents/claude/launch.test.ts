import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claudeCode } from '../../../../src/agents/claude/launch.ts';
import { hookCommand } from '../../../../src/agents/claude/settings-file.ts';
import { withTrust } from '../../../../src/agents/claude/trust.ts';
import { failureOf } from '../../../helpers/failure-of.ts';
import { specOf } from '../../daemon/spec-of.ts';

const CONTEXT = { generation: 1, sessionId: null, installation: process.cwd(), runFolder: '/run/coder' };
const plan = (fields: Parameters<typeof specOf>[1]) => claudeCode.plan(specOf('coder', fields), CONTEXT);

describe('a start of Claude Code', () => {
  it('names the settings, the mode, the tools and the servers, and the prompt last', () => {
    const { argv, files } = plan({ permissionMode: 'plan', model: 'opus', allowedTools: ['Edit', 'Bash(npm test:*)'], mcpConfigs: ['/x/mcp.json'], prompt: '!not a command' });
    expect(argv.join(' ')).toMatch(
      /^\/usr\/bin\/claude --settings \/run\/coder\/claude-settings.json --permission-mode plan --name coder --model opus --allowedTools Edit --allowedTools Bash\(npm test:\*\) --mcp-config \/x\/mcp.json --session-id [0-9a-f-]{36} -- !not a command$/,
    );
    const { hooks } = JSON.parse(files?.['claude-settings.json'] ?? '') as { hooks: Record<string, [{ hooks: [{ command: string }] }]> };
    expect(hooks['PermissionRequest']?.[0].hooks[0].command).toBe(hookCommand(process.cwd(), 'PermissionRequest'));
  });

  it('refuses what Claude Code would take for something else, or change', () => {
    const refusal = (prompt: string): string => failureOf(() => plan({ prompt })).message;
    expect(refusal('/clear')).toContain('would be the command /clear');
    expect(refusal(' /compact now')).toContain('/compact');
    expect(refusal('exit')).toContain('exit');
    expect(refusal('a\u001b[2Jb')).toContain('control character');
    expect(refusal('a\u202eb')).toContain('direction of writing');
    expect(refusal('a\u200bb')).toContain('U+200B');
    expect(refusal('a\ufffdb')).toContain('UTF-8');
  });

  it('takes lines, tabs, emoji and marks at the start as they are', () => {
    for (const prompt of ['a\n\tb', '👩‍👩‍👧 ok', '#note', '@file look', '!ls', '&x', 'a/b']) expect(plan({ prompt }).argv.at(-1)).toBe(prompt);
  });

  it('refuses settings of the user’s own beside its own', () => {
    expect(failureOf(() => plan({ command: ['/usr/bin/claude', '--settings', 'x'] })).message).toContain('there can be only one');
  });
});

describe('a later start of Claude Code', () => {
  const OWN = '40e8c1b4-0b33-41b2-b1cd-234db9518f44';
  const TITLE = `{"type":"custom-title","customTitle":"coder","sessionId":"${OWN}"}\n`;
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'launch-'));
    fs.mkdirSync(path.join(folder, 'projects/-work'), { recursive: true });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const next = (transcript: string | null, prompt: string | null = 'do it', command = ['/usr/bin/claude'], sessionId: string | null = OWN) => {
    if (transcript !== null) fs.writeFileSync(path.join(folder, 'projects/-work', `${OWN}.jsonl`), transcript);
    return claudeCode.plan(specOf('coder', { cwd: '/work', env: { CLAUDE_CONFIG_DIR: folder }, prompt, command }), { ...CONTEXT, generation: 2, sessionId });
  };

  it('resumes what was written down, and begins what was not', () => {
    expect(next(`${TITLE}{"type":"user","uuid":"u","message":{}}\n`)).toMatchObject({ sessionId: OWN, resumes: true, promptGiven: false });
    expect(next(`{"type":"user","uuid":"u","message":"${'x'.repeat(70_000)}"}\n`)).toMatchObject({ sessionId: OWN, resumes: true });
    fs.rmSync(path.join(folder, 'projects/-work', `${OWN}.jsonl`));
    expect(next(null)).toMatchObject({ sessionId: OWN, resumes: false, promptGiven: true });
  });

  it('begins a new conversation where nothing but its name was written before it was killed, and tells the prompt', () => {
    for (const preamble of ['', TITLE, `${TITLE}{"type":"user","uu`]) {
      const { sessionId, resumes, promptGiven, argv } = next(preamble);
      expect({ resumes, promptGiven }).toEqual({ resumes: false, promptGiven: true });
      expect(sessionId).not.toBe(OWN);
      expect(argv.join(' ')).toContain(`--session-id ${sessionId} -- do it`);
    }
  });

  it('leaves to Claude Code what cannot be read, and what the user chose', () => {
    expect(next('no transcript\n')).toMatchObject({ sessionId: OWN, resumes: true });
    expect(next(TITLE, null, ['/usr/bin/claude', '--resume', OWN], null)).toMatchObject({ sessionId: OWN, resumes: true });
  });
});

describe('trust in .claude.json', () => {
  it('is one key more, and nothing else changes', () => {
    const before = { theme: 'dark', projects: { '/a': { hasTrustDialogAccepted: true, x: 1 }, '/b': { allowedTools: ['y'] } } };
    const after = JSON.parse(withTrust(JSON.stringify(before), '/b') ?? '') as typeof before;
    expect(after).toEqual({ ...before, projects: { ...before.projects, '/b': { allowedTools: ['y'], hasTrustDialogAccepted: true } } });
    expect(withTrust(JSON.stringify(after), '/b')).toBeUndefined();
    expect(JSON.parse(withTrust('{}', '/c') ?? '')).toEqual({ projects: { '/c': { hasTrustDialogAccepted: true } } });
  });

  it('leaves alone what it cannot read', () => {
    expect(() => withTrust('no json', '/a')).toThrow(SyntaxError);
    expect(() => withTrust('[]', '/a')).toThrow(SyntaxError);
  });
});
