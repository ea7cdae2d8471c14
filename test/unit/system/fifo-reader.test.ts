import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, openReports, type Reports } from '../../../src/system/fifo-reader.ts';
import { startShell, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('fifo');
let count = 0;
const newPath = (): string => `${folder}/${++count}`;
const opened: Reports[] = [];
afterEach(() => {
  for (const reports of opened.splice(0)) reports.close();
});

function listen(path: string): string[] {
  const lines: string[] = [];
  opened.push(openReports(path, (line) => void lines.push(line)));
  return lines;
}

async function runShell(script: string): Promise<void> {
  await once(spawn('sh', ['-c', script], { stdio: 'ignore' }), 'exit');
}

describe('openReports', () => {
  it('makes the FIFO for its owner alone, and hears writers that come and go', async () => {
    const path = newPath();
    const lines = listen(path);
    expect(statSync(path).isFIFO() && (statSync(path).mode & 0o777) === 0o600).toBe(true);
    const reports = Array.from({ length: 10 }, (_, n) => `a ${n} ended 0`);
    for (const [n, report] of reports.entries()) {
      await runShell(`echo '${report}' >${path}`);
      await until('it is heard', () => lines.length === n + 1);
    }
    expect(lines).toEqual(reports);
  });

  it('hears every line of many writers at once, none torn', async () => {
    const path = newPath();
    const lines = listen(path);
    await runShell(
      `for w in 1 2 3 4 5 6 7 8; do (n=0; while [ $n -lt 200 ]; do echo "agent-$w $n ended 0"; n=$((n+1)); done >${path}) & done; wait`,
    );
    await until('all are heard', () => lines.length >= 1600);
    expect(new Set(lines).size).toBe(1600);
    expect(lines.every((line) => /^agent-[1-8] \d+ ended 0$/.test(line))).toBe(true);
  });

  it('reads many some at a time, in their order, and one that comes alone at once again', async () => {
    const path = newPath();
    const lines: string[] = [];
    let readings = 0;
    let reading: NodeJS.Immediate | null = null;
    const onLine = (line: string): void => {
      lines.push(line);
      if (reading === null) readings += 1;
      reading ??= setImmediate(() => (reading = null));
    };
    let areMany = true;
    opened.push(openReports(path, onLine, () => areMany));
    const fromMs = performance.now();
    await runShell(`n=0; while [ $n -lt 300 ]; do echo "a $n ended 0" >${path}; n=$((n+1)); done`);
    await until('all are heard', () => lines.length === 300);
    expect(lines).toEqual(lines.map((_, n) => `a ${n} ended 0`));
    expect(readings).toBeLessThanOrEqual(2 + (performance.now() - fromMs) / 14);
    areMany = false;
    await runShell(`echo 'b 1 ended 0' >${path}`);
    await until('it is heard', () => lines.length === 301);
  });

  it('puts a line together that comes in pieces, also inside of a character', async () => {
    const path = newPath();
    const lines = listen(path);
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const bytes = Buffer.from('größer 1 ended 0\n');
    for (const byte of bytes) {
      writeSync(fd, Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    closeSync(fd);
    await until('it is heard', () => lines.length === 1);
    expect(lines).toEqual(['größer 1 ended 0']);
  });

  it('survives garbage', async () => {
    const path = newPath();
    const lines = listen(path);
    await runShell(
      `head -c 300000 /dev/urandom | tr '\\n' x >${path}; printf '\\n\\n\\0\\377\\n' >${path}; echo 'b 2 ended 3' >${path}`,
    );
    await until('what follows is heard', () => lines.at(-1) === 'b 2 ended 3');
    expect(lines.length).toBeLessThanOrEqual(3);
  });

  it('takes over a FIFO that is there, with what waits in it', async () => {
    const path = newPath();
    const first = openReports(path, () => undefined);
    startShell(`exec 3<>${path}; echo ready >${path}.ready; exec sleep 1000`);
    await until('a wrapper holds it', () => statSync(`${path}.ready`, { throwIfNoEntry: false }));
    first.close();
    await runShell(`echo 'c 1 ended 1' 1<>${path}`);
    const lines = listen(path);
    await until('what was kept is heard', () => lines.length > 0);
    expect(lines).toEqual(['c 1 ended 1']);
  });

  it('takes the place of a plain file that a wrapper without a daemon left there', async () => {
    const path = newPath();
    writeFileSync(path, 'a 1 started 5 6\n');
    const lines = listen(path);
    await runShell(`echo 'a 1 ended 0' >${path}`);
    await until('it is heard', () => lines.length > 0);
    expect(lines).toEqual(['a 1 ended 0']);
  });

  it('names the path where no FIFO can be made', () => {
    expect(() => openReports(`${folder}/none/ends`, () => undefined)).toThrow(
      `cannot make the FIFO ${folder}/none/ends`,
    );
    mkdirSync(`${folder}/folder`);
    expect(() => openReports(`${folder}/folder`, () => undefined)).toThrow(
      `cannot make the FIFO ${folder}/folder`,
    );
  });
});

describe('answer', () => {
  it('reaches a wrapper that waits', async () => {
    const path = newPath();
    const child = startShell(
      `mkfifo ${path}; exec 4<>${path}; read -r verdict <&4; echo "$verdict" >${path}.heard`,
    );
    await until(
      'it is told',
      () => statSync(path, { throwIfNoEntry: false }) && answer(path, 'run 7') === 'sent',
    );
    await until('it ended', () => child.exitCode === 0);
    expect(readFileSync(`${path}.heard`, 'utf8')).toBe('run 7\n');
    expect(answer(path, 'end')).toBe('no-reader');
  });

  it('says no-reader where nobody can read', () => {
    const file = newPath();
    writeFileSync(file, 'mine');
    expect(answer(`${folder}/none`, 'end')).toBe('no-reader');
    expect(answer(file, 'end')).toBe('no-reader');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('never waits for a wrapper that does not read', () => {
    const path = newPath();
    opened.push(openReports(path, () => undefined));
    const deadline = performance.now() + 5000;
    const line = 'x'.repeat(4000);
    while (answer(path, line) === 'sent') expect(performance.now()).toBeLessThan(deadline);
  });
});
