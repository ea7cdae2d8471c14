import { expect, it } from 'vitest';
import { MuxwardError } from '../../../src/core/errors.ts';

it('goes over the wire and back', () => {
  const error = new MuxwardError('not-found', 'no agent is called "x"', { hint: 'muxward status' });
  expect(error.toBody()).toEqual({
    code: 'not-found',
    message: 'no agent is called "x"',
    hint: 'muxward status',
  });
  expect(MuxwardError.fromBody(error.toBody())).toMatchObject({
    code: 'not-found',
    hint: 'muxward status',
    exitCode: 3,
  });
  expect(new MuxwardError('failed', 'm').toBody()).toEqual({ code: 'failed', message: 'm' });
});

it.each([
  ['usage', 2],
  ['invalid-config', 2],
  ['not-found', 3],
  ['unreachable', 4],
  ['timeout', 5],
  ['refused', 6],
  ['conflict', 1],
  ['spawn-failed', 1],
  ['tmux', 1],
  ['storage', 1],
  ['failed', 1],
  ['bug', 70],
] as const)('%s leads to exit status %d', (code, status) => {
  expect(new MuxwardError(code, 'm').exitCode).toBe(status);
});

it('keeps its cause', () => {
  const cause = new Error('deep');
  expect(new MuxwardError('storage', 'm', { cause }).cause).toBe(cause);
});
