/**
 * How long after an agent's death the supervisor has judged it, and whether any death was missed: a thousand SIGKILLs,
 * one after the other. The time of the verdict is what the audit trail says, against the time of the kill: one clock.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BenchError } from '../bench-error.ts';
import { pause, startMany, type Bench } from '../bench.ts';
import { lineOfMedians, type Line } from '../line.ts';
import type { Muxward } from '../peers/muxward.ts';
import { summarize } from '../stats.ts';

const DEATHS = 1000;
/** After this it counts as lost. */
const VERDICT_TIMEOUT_MS = 5000;
const REST_MS = 10;
/** Each agent dies some times within a minute, and is to be back for the next. */
const SETTINGS = 'restart: {base_delay: 100ms, max_delay: 100ms, window: 1s, stable_after: 1s}\n';

export async function measureVerdict(bench: Bench): Promise<Line[]> {
  const { muxward, options } = bench;
  const settings = path.join(muxward.folder, 'config.yaml');
  fs.writeFileSync(settings, SETTINGS, { mode: 0o600 });
  await muxward.warmUp();
  await startMany(bench, muxward, options.agents);
  const verdicts = new Verdicts(muxward);
  const tookMs: number[] = [];
  let lost = 0;
  const ids = muxward.ids(options.agents);
  for (let n = 0; n < DEATHS; n += 1) {
    const ms = await killOne(bench, verdicts, ids[n % ids.length] ?? '');
    if (ms === null) lost += 1;
    else tookMs.push(ms);
    await pause(REST_MS);
  }
  verdicts.close();
  await muxward.end();
  fs.rmSync(settings, { force: true });
  return [
    lineOfMedians('death to verdict', { muxward: summarize(tookMs) }, [{ kind: 'value', below: 10 }]),
    { what: `death to verdict: lost of ${DEATHS}`, unit: '', values: { muxward: lost }, bars: [{ kind: 'none' }] },
  ];
}

async function killOne({ reports }: Bench, verdicts: Verdicts, id: string): Promise<number | null> {
  const before = reports.last(id);
  if (before === undefined) return null;
  const back = reports.next([id], VERDICT_TIMEOUT_MS);
  const coming = verdicts.next(id);
  const diedAtMs = Date.now();
  process.kill(before.pid, 'SIGKILL');
  const atMs = await coming;
  if (!(await back).has(id)) throw new BenchError(`${id} did not come back after it was killed`, 'muxward events and its daemon.log tell why');
  return atMs === null ? null : atMs - diedAtMs;
}

/** Follows `events` for the verdicts on ends. */
class Verdicts {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (atMs: number) => void>();
  #rest = '';

  constructor(muxward: Muxward) {
    const { argv, env } = muxward.run('events', '-f', '--json');
    const [program = '', ...args] = argv;
    this.#child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child.stdout?.on('data', (piece: Buffer) => this.#take(piece.toString()));
  }

  /** When the next death of that agent was judged, or null where it was not. */
  async next(agent: string): Promise<number | null> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), VERDICT_TIMEOUT_MS);
      this.#waiting.set(agent, (atMs) => {
        clearTimeout(timer);
        this.#waiting.delete(agent);
        resolve(atMs);
      });
    });
  }

  close(): void {
    this.#child.kill();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const { type, agent, at } = JSON.parse(line) as { type: string; agent: string | null; at: string };
      if (type === 'agent.judged' && agent !== null) this.#waiting.get(agent)?.(Date.parse(at));
    }
  }
}
