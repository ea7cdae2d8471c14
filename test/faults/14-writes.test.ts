// The writer of the state is killed in the middle of its writes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { fault } from './fault.ts';

/** Writes ten rows at once, again and again: all ten carry the number of the round. */
const writer = (file: string): string => `
import { openStore } from ${JSON.stringify(path.resolve('src/store/open-store.ts'))};
const { store } = openStore(${JSON.stringify(file)});
const spec = (name) => ({ name });
for (let round = 1; ; round += 1) {
  const rows = Array.from({ length: 10 }, (_, n) => ({ name: 'a' + n, id: 'id' + n, spec: spec('a' + n), record: { round, padding: 'x'.repeat(2000) } }));
  store.transaction(() => store.agents.putMany(rows));
  if (round === 1) console.log('writes');
}`;

fault(14, 'SIGKILL to the writer of the state, thirty times in the middle of its writes', 'the old or the new is there, whole; never none', async (home) => {
  const file = home.file('state.db');
  const script = home.file('writer.ts');
  writeFileSync(script, writer(file));
  for (let n = 0; n < 30; n += 1) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await sleep(Math.random() * 25);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const opened = openStore(file);
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    const rounds = opened.store.agents.all().map(({ record }) => (record as { round: number }).round);
    opened.store.close();
    expect([rounds.length, new Set(rounds).size]).toEqual([10, 1]);
  }
});
