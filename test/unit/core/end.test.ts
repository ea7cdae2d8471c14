import { expect, it } from 'vitest';
import { describeEnd, endFromStatus, statusOfEnd } from '../../../src/core/end.ts';

it('reads a status as the shell reports it, and gives it back', () => {
  expect(endFromStatus(0, 't')).toEqual({ kind: 'exited', code: 0, signal: null, at: 't' });
  expect(endFromStatus(137, 't')).toEqual({ kind: 'signalled', code: null, signal: 'SIGKILL', at: 't' });
  for (let status = 0; status <= 255; status += 1)
    expect(statusOfEnd(endFromStatus(status, 't'))).toBe(status);
  expect(statusOfEnd(null)).toBe(1);
  expect(statusOfEnd({ kind: 'lost', code: null, signal: null, at: 't' })).toBe(1);
});

it('tells an end in words', () => {
  const end = { code: null, signal: null, at: 't' } as const;
  expect(describeEnd(endFromStatus(3, 't'))).toBe('exit 3');
  expect(describeEnd(endFromStatus(143, 't'))).toBe('SIGTERM');
  expect(describeEnd({ ...end, kind: 'exited' })).toBe('exit status unknown');
  expect(describeEnd({ ...end, kind: 'usage-limit' })).toBe('usage limit');
  expect(describeEnd({ ...end, kind: 'missing-cwd', detail: 'its folder /x is gone' })).toBe(
    'its folder /x is gone',
  );
});
