import { describe, expect, test } from 'vitest';
import { ruleFor, type AnswerRule, type Permission } from '../../../src/core/answer-rules.ts';

const rule = (more: Partial<AnswerRule>): AnswerRule => ({
  name: 'rule',
  verdict: 'allow',
  tool: 'Bash',
  command: null,
  path: null,
  agents: null,
  project: null,
  reason: null,
  ...more,
});

const asks = (tool: string, input: Permission['input'], more: Partial<Permission> = {}): Permission => ({
  agent: 'api-1',
  project: 'web',
  cwd: '/srv/web',
  tool,
  input,
  ...more,
});

const verdict = (rules: readonly AnswerRule[], permission: Permission): string | null => ruleFor(rules, permission)?.verdict ?? null;

describe('commands', () => {
  test.each([
    ['npm test', 'allow'],
    ['npm test -- unit', 'allow'],
    ['npm testify', 'allow'],
    ['npm install', null],
    ['npm test; rm -rf /', null],
    ['npm test && rm -rf /', null],
    ['npm test | sh', null],
    ['npm test $(rm -rf /)', null],
    ['npm test `rm x`', null],
    ['npm test > /etc/passwd', null],
    ['npm test\nrm -rf /', null],
    ['npm test <(id)', null],
  ])('npm test*: %j → %s', (command, expected) => {
    expect(verdict([rule({ command: 'npm test*' })], asks('Bash', { command }))).toBe(expected);
  });

  test('a compound command is allowed to the letter only', () => {
    const rules = [rule({ command: 'make && make check' })];
    expect(verdict(rules, asks('Bash', { command: 'make && make check' }))).toBe('allow');
    expect(verdict(rules, asks('Bash', { command: 'make && make check2' }))).toBeNull();
  });

  test('what is denied is denied as a part too', () => {
    const rules = [rule({ command: '*', tool: 'Bash' }), rule({ verdict: 'deny', command: 'rm *' })];
    for (const command of ['rm -rf x', 'ls; rm -rf x', 'ls && (rm x)', 'echo $(rm x)']) expect(verdict(rules, asks('Bash', { command }))).toBe('deny');
    expect(verdict(rules, asks('Bash', { command: 'ls' }))).toBe('allow');
  });
});

describe('paths', () => {
  test.each([
    ['src/a.ts', 'allow'],
    ['/srv/web/src/deep/er/a.ts', 'allow'],
    ['/srv/web/src/../.env', null],
    ['../web/src/a.ts', 'allow'],
    ['/srv/other/src/a.ts', null],
    ['src', null],
  ])('src/**: %s → %s', (file_path, expected) => {
    expect(verdict([rule({ tool: 'Edit', path: 'src/**' })], asks('Edit', { file_path }))).toBe(expected);
  });

  test('one star stays in a folder', () => {
    const rules = [rule({ tool: 'Edit', path: '*.md' })];
    expect(verdict(rules, asks('Edit', { file_path: 'a.md' }))).toBe('allow');
    expect(verdict(rules, asks('Edit', { file_path: 'docs/a.md' }))).toBeNull();
  });
});

describe('whom and what', () => {
  test('agents and projects', () => {
    const permission = asks('WebFetch', {});
    expect(verdict([rule({ tool: 'WebFetch', agents: 'api-*', project: 'web' })], permission)).toBe('allow');
    expect(verdict([rule({ tool: 'WebFetch', agents: 'ui-*' })], permission)).toBeNull();
    expect(verdict([rule({ tool: 'WebFetch', project: 'other' })], permission)).toBeNull();
  });

  test('tools by glob; a question to the user is never answered', () => {
    expect(verdict([rule({ tool: 'mcp__db__*' })], asks('mcp__db__query', {}))).toBe('allow');
    expect(verdict([rule({ tool: 'mcp.*' })], asks('mcp__db__query', {}))).toBeNull();
    for (const tool of ['AskUserQuestion', 'ExitPlanMode']) expect(verdict([rule({ tool: '*' })], asks(tool, {}))).toBeNull();
  });

  test('the first that allows is the one that is told', () => {
    const rules = [rule({ name: 'one', tool: 'WebFetch' }), rule({ name: 'two', tool: '*' })];
    expect(ruleFor(rules, asks('WebFetch', {}))?.name).toBe('one');
  });
});
