// A short soak: agents that crash at random for a while, and what the daemon holds before and after. The long one, with
// a bound on memory, is a benchmark: npm run bench -- --only soak.
import { readdirSync, readlinkSync, rmSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, pidsWithVariable, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, sessions, tmuxPid } from './fault.ts';

const AGENTS = 20;
const SOAK_MS = 20_000;

interface Held {
  readonly files: number;
  readonly pipes: number;
  readonly processes: number;
  readonly sessions: number;
  readonly ofTmux: number;
}

function descriptors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
}

async function heldBy(home: MuxwardHome): Promise<Held> {
  const daemon = descriptors(await home.daemonPid());
  return {
    files: daemon.filter((file) => file.startsWith('/')).length,
    pipes: daemon.filter((file) => file.startsWith('pipe:')).length,
    processes: pidsWithVariable(`MUXWARD_HOME=${home.home}`).length,
    sessions: (await sessions(home)).length,
    ofTmux: descriptors(await tmuxPid(home)).length,
  };
}

fault('soak', 'Twenty agents crash at random for twenty seconds', 'no file, process or session is left over', async (home) => {
  home.configure('restart: {base_delay: 50ms, max_delay: 200ms, stable_after: 100ms}\n');
  const crash = `while [ -e ${home.file('go')} ]; do sleep 0.$(($$ % 8 + 1)); [ $(($$ % 3)) = 0 ] && kill -9 $$; exit 1; done; exec sleep 1000`;
  await home.ok('spawn', 'w', '--count', String(AGENTS), '--max-restarts', '1000', '--', 'sh', '-c', crash);
  const allCalm = async (): Promise<boolean> => (await home.agents()).every(({ state }) => state === 'ready');
  const before = await heldBy(home);
  home.script('go', ':');
  await home.ok('restart', '--all');
  const endsAtMs = Date.now() + SOAK_MS;
  await eventually(async () => Date.now() > endsAtMs && (await home.agents()).every(({ restarts }) => restarts > 3), 'all have crashed', 60_000);
  rmSync(home.file('go'));
  await eventually(allCalm, 'all run', 40_000);
  // What is on its way out needs a moment.
  await eventually(async () => JSON.stringify(await heldBy(home)) === JSON.stringify(before), `the same is held as before (${JSON.stringify(before)})`, 30_000);
  expect((await home.agents()).reduce((sum, { restarts }) => sum + restarts, 0)).toBeGreaterThan(3 * AGENTS);
}, { timeoutMs: 180_000 });
