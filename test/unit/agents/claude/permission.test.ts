import { describe, expect, test } from 'vitest';
import { answerTo, questionFrom, type PermissionRequest } from '../../../../src/agents/claude/permission.ts';
import { failureOf } from '../../../helpers/failure-of.ts';

const AT = '2026-01-01T00:00:00.000Z';
const BASH: PermissionRequest = { tool: 'Bash', input: { command: 'rm x' }, at: AT };
const COLOURS = { question: 'Which colour?', options: [{ label: 'Red' }, { label: 'Blue' }], multiSelect: true };
const SIZE = { question: 'Which size?', options: [{ label: 'S' }, { label: 'L' }], multiSelect: false };
const ask = (...questions: object[]): PermissionRequest => ({ tool: 'AskUserQuestion', input: { questions }, at: AT });

const decision = (request: PermissionRequest, ...words: string[]): unknown =>
  (JSON.parse(answerTo(request, words).decision) as { hookSpecificOutput: { decision: unknown } }).hookSpecificOutput.decision;

describe('a permission', () => {
  test('says what it is about', () => {
    expect(questionFrom(BASH)).toMatchObject({ kind: 'permission', text: 'Bash: rm x', asks: [{ options: ['allow', 'deny'] }] });
  });

  test('is given or refused, with words', () => {
    expect(decision(BASH, 'allow')).toEqual({ behavior: 'allow' });
    expect(decision(BASH, 'deny')).toEqual({ behavior: 'deny' });
    expect(decision(BASH, 'deny', 'not', 'x')).toEqual({ behavior: 'deny', message: 'not x' });
  });

  test.each([['yes please'], ['allow it'], ['1']])('%s is no answer', (words) => {
    expect(failureOf(() => answerTo(BASH, words.split(' ')))).toMatchObject({ code: 'usage', hint: expect.stringContaining('deny') });
  });
});

describe('a question', () => {
  const answers = (request: PermissionRequest, ...words: string[]): unknown => (decision(request, ...words) as { updatedInput: { answers: unknown } }).updatedInput.answers;

  test('is answered by number, by label, by a text of one’s own', () => {
    expect(answers(ask(SIZE), '2')).toEqual({ 'Which size?': 'L' });
    expect(answers(ask(SIZE), 's')).toEqual({ 'Which size?': 'S' });
    expect(answers(ask(SIZE), 'as', 'you', 'like')).toEqual({ 'Which size?': 'as you like' });
  });

  test('takes several choices where it asks for them', () => {
    expect(answers(ask(COLOURS), '1, blue')).toEqual({ 'Which colour?': 'Red, Blue' });
  });

  test('of several needs an answer for each', () => {
    expect(answers(ask(COLOURS, SIZE), 'Red', '1')).toEqual({ 'Which colour?': 'Red', 'Which size?': 'S' });
    expect(failureOf(() => answerTo(ask(COLOURS, SIZE), ['Red']))).toMatchObject({ code: 'usage', message: expect.stringContaining('2 questions') });
  });

  test('can be refused', () => {
    expect(decision(ask(SIZE), 'deny')).toEqual({ behavior: 'deny' });
  });
});
