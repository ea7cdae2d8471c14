import { expect, test } from 'vitest';
import { PERMISSION_MODES } from '../../../src/agents/claude/launch.ts';
import { agentType } from '../../../src/agents/registry.ts';
import { terminalFolders } from '../../../src/config/terminals/terminal-folders.ts';
import { agentTypeNames, CLAUDE_PERMISSION_MODES } from '../../../src/config/agent-type-names.ts';

const folders = terminalFolders('/nowhere', process.cwd());

test('every name is a type that exists', async () => {
  const names = agentTypeNames(folders);
  expect(names).toEqual(expect.arrayContaining(['worker', 'claude-code', 'monitor']));
  for (const name of names) expect((await agentType(name, folders)).name).toBe(name);
});

test('no type is missing: the daemon knows the same', async () => {
  await expect(agentType('no-such-type', folders)).rejects.toMatchObject({ hint: expect.stringContaining(agentTypeNames(folders).join(', ')) });
});

test('the permission modes are those that are started with', () => {
  expect(CLAUDE_PERMISSION_MODES).toEqual(PERMISSION_MODES);
});

test('an installation without templates has the built-in ones', () => {
  expect(agentTypeNames(terminalFolders('/nowhere', '/nowhere'))).toEqual(['worker', 'claude-code', 'monitor']);
});
