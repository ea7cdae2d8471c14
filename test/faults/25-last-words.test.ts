// Agents that print much and end at once, on a machine that is busy.
import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import { eventually } from '../helpers/muxward-home.ts';
import { fault } from './fault.ts';

const AGENTS = 12;

fault(25, 'Twelve agents print 10,000 lines each and end at once, on a busy machine', 'every log is whole, to the last byte, and every status known', async (home) => {
  const busy = [1, 2].map(() => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  try {
    await home.ok('spawn', 'burst', '--count', String(AGENTS), '--restart', 'no', '--', 'sh', '-c', 'seq 1 10000; printf last; exit 7');
    await home.run(['wait', 'burst-*', '--timeout', '60s']);
    const expected = `${Array.from({ length: 10_000 }, (_, i) => `${i + 1}\r\n`).join('')}last`;
    for (const { name, exit } of await home.agents()) {
      expect([name, exit?.code]).toEqual([name, 7]);
      const size = (): number => home.log(name).length;
      await eventually(() => size() >= expected.length, `the log of ${name} is whole (${size()} of ${expected.length})`, 20_000);
      expect(home.log(name).slice(0, expected.length) === expected).toBe(true);
    }
  } finally {
    for (const child of busy) child.kill('SIGKILL');
  }
});
