/** Reads the options, runs the measures, prints the table; whatever happens, ends what was started. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchError } from './bench-error.ts';
import { startMany, type Bench } from './bench.ts';
import { ChildReports } from './child-reports.ts';
import { isHeld, judge, type Line } from './line.ts';
import { measureCheckpoint } from './measures/checkpoint.ts';
import { measureClaude } from './measures/claude.ts';
import { measureComeBack } from './measures/come-back.ts';
import { measureCommands } from './measures/commands.ts';
import { measureIdle } from './measures/idle.ts';
import { measureProbes } from './measures/probes.ts';
import { measureSoak } from './measures/soak.ts';
import { measureVerdict } from './measures/verdict.ts';
import { measureOneMore } from './measures/one-more.ts';
import { measureStart } from './measures/start.ts';
import { measureStatus } from './measures/status.ts';
import { MEASURE_NAMES, readOptions, USAGE, type MeasureName, type Options } from './options.ts';
import { installPm2, PM2_VERSION } from './peers/install-pm2.ts';
import { createMuxward } from './peers/muxward.ts';
import { createPlainTmux } from './peers/plain-tmux.ts';
import { createPm2 } from './peers/pm2.ts';
import { createScratch, removeScratch } from './scratch.ts';
import { renderLines } from './table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MEASURES: Readonly<Record<MeasureName, (bench: Bench) => Promise<Line[]>>> = {
  start: measureStart,
  idle: measureIdle,
  probes: measureProbes,
  verdict: measureVerdict,
  'one-more': measureOneMore,
  status: measureStatus,
  'come-back': measureComeBack,
  commands: measureCommands,
  checkpoint: measureCheckpoint,
  claude: measureClaude,
  soak: measureSoak,
};
/** These start and end the programs by themselves; the others find all of them running, each with all agents. */
const ALONE: ReadonlySet<MeasureName> = new Set(['start', 'idle', 'probes', 'verdict', 'checkpoint', 'claude', 'soak']);

/** Resolves with the exit status: 0 all bars held, 1 one not, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    process.stderr.write(`✘ ${error.message}\nhint: ${error.hint}\n`);
    return error.exitCode;
  }
}

async function run(options: Options): Promise<number> {
  if (!fs.existsSync('/proc/self/schedstat'))
    throw new BenchError('this benchmark needs Linux', 'it reads what processes cost from /proc');
  const pm2 = await installPm2(options.cache ?? path.join(ROOT, '.bench'));
  const bench = createBench(options, pm2);
  const machine = describeMachine();
  process.stdout.write(`${machine}\n`);
  const lines: Line[] = [];
  try {
    await measureAll(bench, lines);
  } finally {
    // Also what was measured before something failed.
    if (lines.length > 0) process.stdout.write(`\n${renderLines(lines)}\n`);
  }
  if (options.json !== undefined)
    fs.writeFileSync(options.json, `${JSON.stringify(toDocument(machine, lines), null, 2)}\n`);
  return lines.every(isHeld) ? 0 : 1;
}

/** What is started dies with this process, however it ends but by SIGKILL. */
function createBench(options: Options, pm2: string): Bench {
  const scratch = createScratch();
  process.once('exit', () => {
    const left = removeScratch(scratch);
    if (left > 0) process.stderr.write(`✘ ${left} processes of ${scratch.folder} could not be ended\n`);
  });
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(signal, () => process.exit(status));
  return {
    options,
    scratch,
    reports: new ChildReports(scratch.fifo),
    muxward: createMuxward(scratch, path.join(ROOT, 'bin/muxward')),
    tmux: createPlainTmux(scratch),
    pm2: createPm2(scratch, pm2),
  };
}

async function measureAll(bench: Bench, lines: Line[]): Promise<void> {
  const wanted = MEASURE_NAMES.filter((name) => bench.options.only.includes(name));
  const measure = async (name: MeasureName): Promise<void> => {
    process.stderr.write(`measuring ${name} …\n`);
    lines.push(...(await MEASURES[name](bench)));
  };
  for (const name of wanted.filter((each) => ALONE.has(each))) await measure(name);
  const together = wanted.filter((each) => !ALONE.has(each));
  if (together.length === 0) return;
  const peers = [bench.tmux, bench.muxward, bench.pm2];
  for (const peer of peers) await peer.warmUp();
  for (const peer of peers) await startMany(bench, peer, bench.options.agents);
  for (const name of together) await measure(name);
  for (const peer of peers) await peer.end();
}

function describeMachine(): string {
  const tmux = execFileSync('tmux', ['-V'], { encoding: 'utf8' }).trim();
  const load = os.loadavg()[0]?.toFixed(1);
  const date = new Date().toISOString().slice(0, 10);
  return `${date} · ${os.cpus().length} cores, load ${load} · Linux ${os.release()} · ${tmux} · Node ${process.versions.node} · pm2 ${PM2_VERSION}`;
}

function toDocument(machine: string, lines: readonly Line[]): object {
  const judged = lines.map((line) => ({
    ...line,
    bars: line.bars.map((bar) => ({ ...bar, ...judge(line, bar) })),
  }));
  return { machine, held: lines.every(isHeld), lines: judged };
}
