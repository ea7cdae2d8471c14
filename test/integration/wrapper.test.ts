// scripts/agent-wrapper.sh in real tmux panes and by hand, in every shell it must work in.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseWrapperReport, type WrapperReport } from '../../src/core/wrapper-report.ts';
import { eventually, isAlive, killIfThere } from '../helpers/muxward-home.ts';
import { PrivateTmux } from '../helpers/tmux.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const WRAPPER = path.join(ROOT, 'scripts/agent-wrapper.sh');
const DUMP = path.join(ROOT, 'test/fixtures/dump-process');

const SHELLS: Readonly<Record<string, readonly string[]>> = { dash: ['dash'], bash: ['bash'], busybox: ['busybox', 'sh'] };

const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
for (const [name, [program = '']] of Object.entries(SHELLS)) {
  if (!has(program)) console.warn(`skipped: the wrapper in ${name}, which is not on this machine`);
}

type Started = Extract<WrapperReport, { kind: 'started' }>;

/** One home with one agent `a`, as the daemon would lay it out. */
class Bench {
  readonly home = fs.mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 'w'));
  readonly run = path.join(this.home, 'run/a');
  readonly dump = path.join(this.home, 'dump');
  readonly env = { PATH: process.env['PATH'] ?? '', HOME: this.home, LANG: 'C.UTF-8', MUXWARD_HOME: this.home, cwd: 'stale' };
  readonly tmux = new PrivateTmux(this.home, this.env);
  readonly #spawned: ChildProcess[] = [];
  #ends: number | null = null;
  #read = '';
  #seen: WrapperReport[] = [];

  constructor() {
    fs.mkdirSync(this.run, { recursive: true });
    fs.mkdirSync(this.dump);
    fs.mkdirSync(path.join(this.home, 'work'));
    this.writeEnv({});
  }

  get work(): string {
    return path.join(this.home, 'work');
  }

  /** The daemon's end of the FIFO; without it nobody listens. */
  listen(): void {
    const ends = path.join(this.home, 'run/.ends');
    execFileSync('mkfifo', ['-m', '600', ends]);
    this.#ends = fs.openSync(ends, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  }

  /** Values may hold any byte but NUL: given as latin1. */
  writeEnv(values: Readonly<Record<string, string>>): void {
    const all = { PATH: this.env.PATH, DUMP_TO: this.dump, ...values };
    this.#write('env', Object.entries(all).map(([name, value]) => `export ${name}=${quoteBytes(value)}\n`).join(''));
  }

  /** `lead`: what stands before the rest. */
  writeArgs(argv: readonly string[], cwd = this.work, lead = ''): void {
    this.#write('args', `${lead}umask 027\ncwd=${quoteBytes(cwd)}\nset -- ${argv.map(quoteBytes).join(' ')}\n`);
  }

  #write(file: string, latin1: string): void {
    fs.writeFileSync(path.join(this.run, file), Buffer.from(latin1, 'latin1'), { mode: 0o600 });
  }

  verdict(line: string): void {
    fs.writeFileSync(path.join(this.run, 'verdict'), `${line}\n`, { flag: 'a' });
  }

  reports(): readonly WrapperReport[] {
    const buffer = Buffer.alloc(65_536);
    for (;;) {
      let n = 0;
      try {
        n = this.#ends === null ? 0 : fs.readSync(this.#ends, buffer);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      if (n === 0) break;
      this.#read += buffer.toString('utf8', 0, n);
    }
    const lines = this.#read.split('\n');
    this.#read = lines.pop() ?? '';
    this.#seen.push(...lines.map((line) => mustParse(line)));
    return this.#seen;
  }

  journal(): readonly WrapperReport[] {
    const file = path.join(this.run, 'journal');
    if (!fs.existsSync(file)) return [];
    return fs.readFileSync(file, 'utf8').trim().split('\n').map(mustParse);
  }

  /** The report of that kind of that generation, from the FIFO or, where nobody listens, the journal. */
  report<K extends WrapperReport['kind']>(kind: K, generation: number): Promise<Extract<WrapperReport, { kind: K }>> {
    const look = (): WrapperReport | undefined =>
      (this.#ends === null ? this.journal() : this.reports()).find((r) => r.kind === kind && r.generation === generation);
    return eventually(look, `a report ${kind} of generation ${generation}`) as Promise<Extract<WrapperReport, { kind: K }>>;
  }

  spawn(argv: readonly string[], stdio: 'ignore' | 'pipe' = 'pipe'): ChildProcess {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, { env: this.env, cwd: this.work, stdio: [stdio, 'pipe', 'pipe'] });
    this.#spawned.push(child);
    return child;
  }

  async dumped(file: string): Promise<Buffer> {
    await eventually(() => fs.existsSync(path.join(this.dump, 'done')), 'the dump of what the child was given');
    return fs.readFileSync(path.join(this.dump, file));
  }

  end(): void {
    for (const { pid } of this.#spawned) if (pid !== undefined) killIfThere(pid);
    const started = [...this.reports(), ...this.journal()].flatMap((report) => (report.kind === 'started' ? [report.pid] : []));
    for (const pid of new Set(started)) killIfThere(pid);
    this.tmux.end();
    if (this.#ends !== null) fs.closeSync(this.#ends);
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function quoteBytes(latin1: string): string {
  return `'${latin1.replaceAll("'", "'\\''")}'`;
}

function mustParse(line: string): WrapperReport {
  const report = parseWrapperReport(line);
  if (!report) throw new Error(`no report: ${JSON.stringify(line)}`);
  return report;
}

/** Fields of /proc/<pid>/stat by their number in proc(5). */
function stat(pid: number): (field: number) => number {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  return (field) => Number(fields[field - 3]);
}

function state(pid: number): string {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.charAt(text.lastIndexOf(') ') + 2);
}

const signalMask = (status: string, name: string): bigint => BigInt(`0x${new RegExp(`^${name}:\\s+(\\w+)$`, 'm').exec(status)?.[1]}`);

const statusOf = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.once('exit', done));

const outputOf = (child: ChildProcess): (() => string) => {
  let text = '';
  child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (text += data.toString()));
  return () => text;
};

const outputAtEnd = (child: ChildProcess): Promise<string> => {
  const output = outputOf(child);
  return new Promise((done) => child.once('close', () => done(output())));
};

/** Says which of the signals came, and ends with a status of its own for each. */
const TELLS_SIGNALS = ['INT 12', 'TERM 11', 'HUP 13'].map((s) => `trap "exit ${s.slice(-2)}" ${s.slice(0, -3)}`).join('; ');
const UNTIL_TOLD = `${TELLS_SIGNALS}; echo up; while :; do sleep 0.02; done`;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

for (const [shellName, shell] of Object.entries(SHELLS)) {
  describe.skipIf(!has(shell[0] ?? ''))(`in a pane, with ${shellName}`, () => {
    const startPane = (...more: readonly string[]): number => bench.tmux.start('a', [...shell, WRAPPER, 'a', 'worker', ...more]);

    /** Starts generation 1 with a listener. */
    async function start(argv: readonly string[]): Promise<{ wrapper: number; child: Started }> {
      bench.listen();
      bench.writeArgs(argv);
      const wrapper = startPane('1');
      return { wrapper, child: await bench.report('started', 1) };
    }

    test('the report is true, and the child is the terminal’s foreground in a group of its own', async () => {
      const { wrapper, child } = await start(['/bin/sleep', '1000']);
      await eventually(() => fs.readFileSync(`/proc/${child.pid}/comm`, 'utf8') === 'sleep\n', 'the program itself');
      const of = stat(child.pid);
      expect([0, of(22)]).toContain(child.startTime);
      expect(of(4)).toBe(wrapper);
      expect(of(5)).toBe(child.pid);
      expect(of(6)).toBe(wrapper);
      expect(of(8)).toBe(child.pid);
      expect(bench.journal()).toEqual([child]);
    });

    test('the child is given its folder, umask, environment and mark, default signals and no foreign descriptor', async () => {
      bench.writeEnv({ DUMP_STATUS: 'stay', cwd: 'mine', mine: 'x', OLDPWD: '/mine', MUXWARD_AGENT: 'a lie' });
      await start([DUMP]);
      const environ = (await bench.dumped('environ')).toString().split('\0');
      const status = (await bench.dumped('status')).toString();
      expect((await bench.dumped('cwd')).toString().trim()).toBe(fs.realpathSync(bench.work));
      expect((await bench.dumped('umask')).toString().trim()).toMatch(/^0?027$/);
      expect(environ).toEqual(expect.arrayContaining([
        `MUXWARD_HOME=${bench.home}`, 'MUXWARD_AGENT=a', 'MUXWARD_GENERATION=1', 'cwd=mine', 'mine=x', `PWD=${bench.work}`, 'OLDPWD=/mine',
      ]));
      expect(environ.filter((entry) => entry.startsWith('mw_'))).toEqual([]);
      expect(signalMask(status, 'SigBlk')).toBe(0n);
      expect(signalMask(status, 'SigIgn')).toBe(0n);
    });

    test('the child has no descriptor but its terminal, the second time neither', async () => {
      // The fourth is the folder that ls reads.
      const list = ['/bin/ls', '-x', '/proc/self/fd'];
      await start(list);
      await bench.report('ended', 1);
      bench.verdict('run 2');
      await bench.report('ended', 2);
      const screen = await eventually(() => /^0 +1 .*\n0 +1 .*$/.exec(bench.tmux.screen('a').trim()), 'the two lists');
      expect(screen[0]).toMatch(/^0 +1 +2 +3\n0 +1 +2 +3$/);
    });

    test('arguments and environment arrive to the byte', async () => {
      const everyByte = String.fromCharCode(...Array.from({ length: 255 }, (_, i) => i + 1));
      const argv = [DUMP, everyByte, '', "it's", '"$HOME" `id` $(id)', 'two\nlines\n', 'ends in ;', '-n', '*', 'y'.repeat(120_000)];
      const big = 'z'.repeat(23_000);
      bench.writeEnv({ EVERY: everyByte, BIG: big, IFS: ':' });
      await start(argv);
      const given = (await bench.dumped('cmdline')).toString('latin1').split('\0').slice(1, -1);
      expect(given.map((arg) => arg.length)).toEqual(argv.map((arg) => arg.length));
      expect(given).toEqual(argv);
      const environ = (await bench.dumped('environ')).toString('latin1').split('\0');
      expect(environ).toContain(`EVERY=${everyByte}`);
      expect(environ).toContain(`BIG=${big}`);
    });

    test.each([
      ['an exit', ['/bin/sh', '-c', 'exit 7'], 7],
      ['an exit that looks like a stop', ['/bin/sh', '-c', 'exit 147'], 147],
      ['a signal', ['/bin/sh', '-c', 'kill -KILL $$'], 137],
    ])('the status of %s', async (_, argv, status) => {
      await start(argv);
      expect(await bench.report('ended', 1)).toMatchObject({ status });
      expect(bench.journal().at(-1)).toMatchObject({ kind: 'ended', status });
    });

    test('runs again when told, anew, and ends with the child’s status when told', async () => {
      bench.writeEnv({ ROUND: 'one' });
      const { wrapper, child } = await start(['/bin/sleep', '1000']);
      process.kill(child.pid, 'SIGKILL');
      expect(await bench.report('ended', 1)).toMatchObject({ status: 137 });
      bench.writeEnv({ ROUND: 'two', DUMP_STATUS: '9' });
      bench.writeArgs([DUMP]);
      bench.verdict('nonsense');
      bench.verdict('run x');
      bench.verdict('run 2');
      const again = await bench.report('started', 2);
      expect(again.pid).not.toBe(child.pid);
      const environ = (await bench.dumped('environ')).toString().split('\0');
      expect(environ).toEqual(expect.arrayContaining(['ROUND=two', 'MUXWARD_GENERATION=2']));
      expect(environ.filter((entry) => entry.startsWith('cwd='))).toEqual([]);
      expect(await bench.report('ended', 2)).toMatchObject({ status: 9 });
      expect(isAlive(wrapper)).toBe(true);
      bench.verdict('end');
      await eventually(() => bench.tmux.isPaneDead('a'), 'the wrapper’s end');
      expect(bench.tmux.format('a', '#{pane_dead_status}')).toBe('9');
    });

    test('Ctrl-C ends the child and not the wrapper, and does nothing while it waits for the verdict', async () => {
      const { wrapper } = await start(['/bin/sleep', '1000']);
      bench.tmux.keys('a', 'C-c');
      expect(await bench.report('ended', 1)).toMatchObject({ status: 130 });
      bench.tmux.keys('a', 'C-c', 'C-z', 'C-\\');
      await eventually(() => bench.tmux.screen('a').includes('^\\'), 'the keys to have come');
      bench.verdict('run 2');
      await bench.report('started', 2);
      expect(isAlive(wrapper)).toBe(true);
    });

    // bash takes a job that changed its state twice between two looks for one that ended: seen in 1 of 4 runs.
    test.skipIf(shellName === 'bash')('a child that stops has not ended: Ctrl-Z passes, SIGSTOP waits for SIGCONT (bash: skipped, it miscounts)', async () => {
      // It reads the terminal, so it stops once more when it is continued before it is the foreground again.
      const { child, wrapper } = await start(['/bin/cat']);
      // It has noticed the stop and looks whether it is over, with a sleep between looks.
      const looksForItsEnd = (): boolean =>
        readWords(`/proc/${wrapper}/task/${wrapper}/children`).some((pid) => readOrNothing(`/proc/${pid}/cmdline`).startsWith('sleep'));
      await eventually(() => fs.readFileSync(`/proc/${child.pid}/comm`, 'utf8') === 'cat\n', 'the program itself');
      const runs = (): boolean => state(child.pid) !== 'T' && stat(child.pid)(8) === child.pid;
      // Again and again: one that comes while the wrapper deals with Ctrl-Z is undone with it.
      const stop = (): Promise<unknown> => eventually(() => process.kill(-child.pid, 'SIGSTOP') && state(child.pid) === 'T' && looksForItsEnd(), 'the stop');
      for (let round = 0; round < 2; round += 1) {
        await stop();
        process.kill(-child.pid, 'SIGCONT');
        await eventually(runs, 'it to be in the foreground again');
        bench.tmux.keys('a', 'C-z');
        await eventually(() => bench.tmux.screen('a').split('^Z').length === round + 2, 'the key to have come');
        await eventually(runs, 'it to be in the foreground again');
      }
      expect(bench.reports()).toEqual([child]);
      await stop();
      process.kill(-child.pid, 'SIGKILL');
      expect(await bench.report('ended', 1)).toMatchObject({ status: 137 });
    });

    test('a program that is kept apart is stopped and continued unseen: the terminal stays its own, and is not read by others', async () => {
      bench.listen();
      bench.writeArgs(['/bin/sh', '-c', 'trap "exit 12" INT; echo "<up>"; while :; do read -r line && echo "<$line>"; done'], bench.work, 'mw_apart=1\n');
      const wrapper = startPane('1');
      const { pid } = await bench.report('started', 1);
      await eventually(() => bench.tmux.screen('a').includes('<up>'), 'the program itself');
      const group = stat(pid)(5);
      expect([stat(pid)(6), stat(pid)(8)]).toEqual([wrapper, group]);
      for (let round = 1; round <= 5; round += 1) {
        process.kill(pid, 'SIGSTOP');
        await eventually(() => state(pid) === 'T', 'the stop');
        bench.tmux.keys('a', `line${round}`, 'Enter');
        await eventually(() => bench.tmux.screen('a').includes(`line${round}`), 'the keys to have come');
        expect([state(pid), stat(pid)(8)]).toEqual(['T', group]);
        process.kill(pid, 'SIGCONT');
        await eventually(() => bench.tmux.screen('a').includes(`<line${round}>`), 'its answer');
      }
      const lines = Array.from({ length: 5 }, (_, i) => [`line${i + 1}`, `<line${i + 1}>`]);
      expect(bench.tmux.screen('a').trim().split('\n').map((line) => line.trim())).toEqual(['<up>', ...lines.flat()]);
      bench.tmux.keys('a', 'C-c');
      expect(await bench.report('ended', 1)).toMatchObject({ status: 12 });
    });

    test('a program that is kept apart ends with its own status, whatever ends its group', async () => {
      bench.listen();
      bench.writeArgs(['/bin/sh', '-c', 'trap "sleep 0.2; exit 5" TERM; echo up; while :; do read -r line; done'], bench.work, 'mw_apart=1\n');
      startPane('1');
      const { pid } = await bench.report('started', 1);
      await eventually(() => bench.tmux.screen('a').includes('up'), 'the program itself');
      process.kill(-stat(pid)(5), 'SIGTERM');
      expect(await bench.report('ended', 1)).toMatchObject({ status: 5 });
      bench.verdict('run 2');
      const again = await bench.report('started', 2);
      process.kill(again.pid, 'SIGKILL');
      expect(await bench.report('ended', 2)).toMatchObject({ status: 137 });
      expect(bench.tmux.screen('a')).not.toMatch(/killed|terminated/i);
      bench.verdict('run 3');
      const last = await bench.report('started', 3);
      process.kill(-stat(last.pid)(5), 'SIGKILL');
      expect(await bench.report('ended', 3)).toMatchObject({ status: 137 });
      // bash says so itself.
      expect(shellName === 'bash' || !/killed|terminated/i.test(bench.tmux.screen('a'))).toBe(true);
    });

    test.each(['TERM', 'HUP', 'KILL'] as const)('%s to the wrapper hangs up the child', async (signal) => {
      const { wrapper, child } = await start(['/bin/sleep', '1000']);
      process.kill(wrapper, `SIG${signal}`);
      await eventually(() => !isAlive(child.pid), 'the child’s end');
      expect(isAlive(wrapper)).toBe(false);
    });

    test('kill-session hangs up the child', async () => {
      const { wrapper, child } = await start(['/bin/sleep', '1000']);
      bench.tmux.run('kill-session', '-t', '=a');
      await eventually(() => !isAlive(child.pid), 'the child’s end');
      await eventually(() => !isAlive(wrapper), 'the wrapper’s end');
      expect(bench.reports()).toEqual([child]);
    });

    test('a missing folder or program is reported, and can be mended', async () => {
      bench.listen();
      bench.writeArgs(['/bin/sleep', '1000'], path.join(bench.home, 'nowhere'));
      startPane('1');
      expect(await bench.report('failed', 1)).toMatchObject({ why: 'missing-cwd' });
      bench.writeArgs([path.join(bench.home, 'no-such-program')]);
      bench.verdict('run 2');
      expect(await bench.report('failed', 2)).toMatchObject({ why: 'missing-command' });
      bench.writeArgs(['/bin/sh', '-c', 'exit 127']);
      bench.verdict('run 3');
      expect(await bench.report('ended', 3)).toMatchObject({ status: 127 });
      expect(bench.reports().map((r) => `${r.generation} ${r.kind}`)).toEqual(['1 failed', '2 failed', '3 started', '3 ended']);
      expect(bench.tmux.screen('a')).toContain('nowhere');
    });

    test('with no daemon it runs all the same, and waits with its journal written', async () => {
      bench.writeArgs(['/bin/sh', '-c', 'exit 3']);
      const wrapper = startPane('1');
      expect(await bench.report('ended', 1)).toMatchObject({ status: 3 });
      expect(isAlive(wrapper)).toBe(true);
      await eventually(() => fs.existsSync(path.join(bench.run, 'verdict')), 'the verdict’s FIFO');
      bench.verdict('run 2');
      expect(await bench.report('ended', 2)).toMatchObject({ status: 3 });
      process.kill(wrapper, 'SIGTERM');
      await eventually(() => !isAlive(wrapper), 'the waiting wrapper to end');
    });

    test('reports stay in the FIFO while nobody reads it', async () => {
      execFileSync('mkfifo', [path.join(bench.home, 'run/.ends')]);
      bench.writeArgs(['/bin/sh', '-c', 'exit 3']);
      startPane('1');
      await eventually(() => bench.journal().length === 2, 'both lines of the journal');
      const ends = fs.openSync(path.join(bench.home, 'run/.ends'), fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
      let text = '';
      await eventually(() => (text += readAll(ends)).split('\n').length === 3, 'the reports');
      fs.closeSync(ends);
      expect(text.trim().split('\n').map(mustParse)).toEqual(bench.journal());
    });

    test('without a generation it runs once', async () => {
      bench.writeArgs(['/bin/sh', '-c', 'exit 5']);
      startPane();
      expect(await bench.report('ended', 0)).toMatchObject({ status: 5 });
      await eventually(() => bench.tmux.isPaneDead('a'), 'the wrapper’s end');
      expect(bench.tmux.format('a', '#{pane_dead_status}')).toBe('5');
    });
  });

  describe.skipIf(!has(shell[0] ?? ''))(`by hand, with ${shellName}`, () => {
    const command = (script: string): string[] => [...shell, WRAPPER, 'a', 'worker', '--', 'sh', '-c', script];

    test.each([
      ['TERM', 11],
      ['INT', 12],
      ['HUP', 13],
    ] as const)('without a terminal, %s is forwarded and the status is the child’s', async (signal, status) => {
      const wrapper = bench.spawn(command(UNTIL_TOLD), 'ignore');
      const output = outputOf(wrapper);
      const ended = statusOf(wrapper);
      await eventually(() => output().includes('up'), 'the child');
      const child = await bench.report('started', 0);
      expect(stat(child.pid)(5)).toBe(child.pid);
      wrapper.kill(`SIG${signal}`);
      expect(await ended).toBe(status);
      expect(bench.journal().at(-1)).toMatchObject({ kind: 'ended', status, generation: 0 });
    });

    // bash loses signals that come while it handles others, for good: seen as the wrong status, or none, in 1 of 3 runs.
    test.skipIf(shellName === 'bash')('a storm of signals does not hide the status (bash: skipped, it loses signals)', async () => {
      const script = 'n=0; trap "n=$((n + 1))" TERM; trap "exit 99" INT; echo up; while :; do sleep 0.01; done';
      const wrapper = bench.spawn(command(script), 'ignore');
      const output = outputOf(wrapper);
      const ended = statusOf(wrapper);
      await eventually(() => output().includes('up'), 'the child');
      // bash may lose an INT that comes while it is handling another signal.
      await eventually(() => {
        for (let i = 0; i < 50; i += 1) wrapper.kill(i === 25 ? 'SIGINT' : 'SIGTERM');
        return wrapper.exitCode !== null;
      }, 'the end');
      expect(await ended).toBe(99);
    });

    test('without a terminal the child has default signals, the caller’s input and no foreign descriptor', async () => {
      execFileSync('mkfifo', [path.join(bench.home, 'run/.ends')]);
      const list = ['ls', '/proc/self/fd'];
      const given = await Promise.all([list, [...shell, WRAPPER, 'a', 'worker', '--', ...list]].map((argv) => outputAtEnd(bench.spawn(argv))));
      expect(given[1]).toBe(given[0]);
      const wrapper = bench.spawn([...shell, WRAPPER, 'a', 'worker', '--', 'env', `DUMP_TO=${bench.dump}`, DUMP]);
      expect(await statusOf(wrapper)).toBe(0);
      const status = (await bench.dumped('status')).toString();
      expect([signalMask(status, 'SigIgn'), signalMask(status, 'SigBlk')]).toEqual([0n, 0n]);
      expect((await bench.dumped('environ')).toString()).toContain('MUXWARD_GENERATION=0');
      const reader = bench.spawn(command('read line; echo "got $line"'));
      const output = outputOf(reader);
      reader.stdin?.end('hello\n');
      expect(await statusOf(reader)).toBe(0);
      expect(output()).toContain('got hello');
    });

    test('in an interactive shell the child gets the terminal, signals are forwarded, and the shell gets it back', async () => {
      bench.tmux.start('hand', ['bash', '--norc', '-i']);
      const script = path.join(bench.home, 'script');
      fs.writeFileSync(script, `${UNTIL_TOLD}\n`);
      bench.tmux.keys('hand', '-l', `${[...shell, WRAPPER].join(' ')} a worker -- sh ${script}; echo "status=$?"`);
      bench.tmux.keys('hand', 'Enter');
      const child = await bench.report('started', 0);
      await eventually(() => bench.tmux.screen('hand').includes('\nup'), 'the child');
      const of = stat(child.pid);
      expect([of(5), of(8)]).toEqual([child.pid, child.pid]);
      process.kill(of(4), 'SIGHUP');
      await eventually(() => bench.tmux.screen('hand').includes('\nstatus=13'), 'the child’s status');
      bench.tmux.keys('hand', 'echo is"-"back', 'Enter');
      await eventually(() => bench.tmux.screen('hand').includes('is-back'), 'the shell to read again');
    });

    test('in an interactive shell Ctrl-C ends the child, Ctrl-Z gives the shell back and fg goes on', async () => {
      bench.tmux.start('hand', ['bash', '--norc', '-i']);
      bench.tmux.keys('hand', '-l', `${[...shell, WRAPPER].join(' ')} a worker -- cat; echo "status=$?"`);
      bench.tmux.keys('hand', 'Enter');
      const child = await bench.report('started', 0);
      await eventually(() => stat(child.pid)(8) === child.pid, 'the terminal to be the child’s');
      bench.tmux.keys('hand', 'C-z');
      await eventually(() => state(child.pid) === 'T' && stat(child.pid)(8) !== child.pid, 'the shell to have the terminal');
      bench.tmux.keys('hand', 'fg', 'Enter');
      await eventually(() => state(child.pid) !== 'T' && stat(child.pid)(8) === child.pid, 'the child to go on');
      bench.tmux.keys('hand', 'C-c');
      await eventually(() => bench.journal().at(-1)?.kind === 'ended', 'the end');
      expect(bench.journal().at(-1)).toMatchObject({ status: 130 });
    });

    test('as leader of a terminal’s session it takes the terminal too', async () => {
      const words = [...command('tty; exit 6')].map((word) => quoteBytes(word)).join(' ');
      const typescript = bench.spawn(['script', '-qec', `exec ${words}`, '/dev/null'], 'ignore');
      const output = outputOf(typescript);
      expect(await statusOf(typescript)).toBe(6);
      expect(output()).toContain('/dev/pts/');
    });
  });
}

describe('what is refused', () => {
  test.each([
    [['a', 'worker'], 'nothing is recorded for a'],
    [['no.name', 'worker', '--', 'true'], '"no.name" is no name'],
    [['a'], '"" is no type'],
    [['a', 'worker', 'x'], '"x" is no generation'],
    [['a', 'worker', '--'], 'no command after --'],
    [['a', 'worker', '1', '2'], 'one argument too many'],
  ])('%j with status 2 and a hint', async (args, message) => {
    const wrapper = bench.spawn([WRAPPER, ...args], 'ignore');
    const output = outputOf(wrapper);
    expect(await statusOf(wrapper)).toBe(2);
    expect(output()).toContain(message);
    expect(output()).toContain('\nhint: ');
    expect(bench.journal()).toEqual([]);
  });

  test('--help fits a screen', () => {
    const help = execFileSync(WRAPPER, ['--help'], { encoding: 'utf8' });
    expect(help).toContain('usage: agent-wrapper.sh NAME TYPE');
    expect(help.split('\n').length).toBeLessThan(24);
  });
});

/** What is in the FIFO now. */
function readAll(fd: number): string {
  const buffer = Buffer.alloc(65_536);
  try {
    return buffer.toString('utf8', 0, fs.readSync(fd, buffer));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}

const readWords = (file: string): string[] => readOrNothing(file).trim().split(' ');

function readOrNothing(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
