// What a task's process prints: its end as plain text, and progress only where it tells some.
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followProgress, outputOf, type Told } from '../../../../src/daemon/tasks/task-log.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 't'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the output is plain, without lines of progress, of this attempt alone, and at most its last 64 kB', () => {
  const file = path.join(folder, 'a.log');
  expect(outputOf(file, 0)).toBe('');
  writeFileSync(file, 'earlier\r\n');
  appendFileSync(file, '\u001b[31mred\u001b[0m\r\n::progress 40 x\r\nend');
  expect(outputOf(file, 9)).toBe('red\nend');
  appendFileSync(file, `\n${'é234567\n'.repeat(20_000)}`);
  const output = outputOf(file, 9);
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(65_536);
  expect(output.startsWith('é234567\n')).toBe(true);
  // Rotated: what there is counts.
  truncateSync(file);
  appendFileSync(file, 'new\n');
  expect(outputOf(file, 9)).toBe('new\n');
});

test('progress is told once a look, by whole lines, and by nothing that only looks like it', () => {
  const file = path.join(folder, 'b.log');
  const told: Told[] = [];
  let look = (): void => undefined;
  const clock = { every: (_: number, task: () => void) => ((look = task), () => undefined) } as never;
  writeFileSync(file, '::progress 10 old\n');
  const end = followProgress(clock, file, 18, (each) => told.push(each));
  look();
  appendFileSync(
    file,
    '::progress 101 x\n ::progress 5\n::progressing 6\nsays ::progress 7\n::progress 20\n::progress 30% Now \r\n::progress 4',
  );
  look();
  expect(told).toEqual([{ percent: 30, step: 'Now' }]);
  appendFileSync(file, '0 then\n');
  look();
  look();
  expect(told.slice(1)).toEqual([{ percent: 40, step: 'then' }]);
  appendFileSync(file, '::progress 100\n');
  end();
  expect(told.at(-1)).toEqual({ percent: 100, step: null });
});
