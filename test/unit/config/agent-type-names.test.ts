import { expect, test } from 'vitest';
import { PERMISSION_MODES } from '../../../src/agents/claude/launch.ts';
import { agentType } from '../../../src/agents/registry.ts';
import { agentTypeNames, CLAUDE_PERMISSION_MODES } from '../../../src/config/agent-type-names.ts';

const installation = process.cwd();

test('every name is a type that exists', async () => {
  const names = agentTypeNames(installation);
  expect(names).toEqual(expect.arrayContaining(['worker', 'claude-code', 'monitor']));
  for (const name of names) expect((await agentType(name, installation)).name).toBe(name);
});

test('no type is missing: the daemon knows the same', async () => {
  await expect(agentType('no-such-type', installation)).rejects.toMatchObject({ hint: expect.stringContaining(agentTypeNames(installation).join(', ')) });
});

test('the permission modes are those that are started with', () => {
  expect(CLAUDE_PERMISSION_MODES).toEqual(PERMISSION_MODES);
});

test('an installation without templates has the built-in ones', () => {
  expect(agentTypeNames('/nowhere')).toEqual(['worker', 'claude-code', 'monitor']);
});
