import path from 'node:path';
import { expect, test } from 'vitest';
import { loadSettings } from '../../../src/config/settings.ts';
import { writeFiles } from './write-files.ts';

const load = (text: string) => loadSettings(path.join(writeFiles({ 'config.yaml': text }), 'config.yaml'));

test('rules become what the daemon answers by', async () => {
  const { answers } = await load(`
answers:
  - {allow: Bash, command: npm test*, agents: api-*}
  - {deny: WebFetch, project: web, reason: no network}
  - {allow: "*", broad: true}
`);
  const none = { command: null, path: null, agents: null, project: null, reason: null };
  expect(answers).toEqual([
    { ...none, name: 'allow Bash npm test*', verdict: 'allow', tool: 'Bash', command: 'npm test*', agents: 'api-*' },
    { ...none, name: 'deny WebFetch', verdict: 'deny', tool: 'WebFetch', project: 'web', reason: 'no network' },
    { ...none, name: 'allow *', verdict: 'allow', tool: '*' },
  ]);
});

test.each([
  ['{allow: "*"}', 'would allow anything that * can do'],
  ['{allow: Bash}', 'would allow anything that Bash can do'],
  ['{allow: Bash, command: "*"}', 'would allow anything that Bash can do'],
  ['{allow: Write}', 'would allow anything that Write can do'],
  ['{allow: Edit, path: "**/*"}', 'would allow anything that Edit can do'],
  ['{allow: mcp__*}', 'would allow anything that mcp__* can do'],
  ['{allow: A, deny: B}', 'neither allow nor deny, or both'],
  ['{command: ls}', 'neither allow nor deny, or both'],
  ['{allow: AskUserQuestion}', 'asks you something'],
  ['{allow: Bash, command: ls, path: x}', 'both command and path'],
  ['{alow: Bash}', 'unknown key "alow" in answers[0]'],
])('%s is refused at its line', async (rule, message) => {
  await expect(load(`answers:\n  - ${rule}\n`)).rejects.toMatchObject({ code: 'invalid-config', message: expect.stringMatching(/config\.yaml:2:\d+: /) });
  await expect(load(`answers:\n  - ${rule}\n`)).rejects.toThrow(message);
});
