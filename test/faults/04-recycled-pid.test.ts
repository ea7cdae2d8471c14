// The recorded PID belongs to somebody else by now.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { isAlive } from '../helpers/muxward-home.ts';
import { fault, kill } from './fault.ts';

fault(4, 'The recorded PID now belongs to another process', 'that one is never signalled; the agent counts as gone and comes back', async (home) => {
  const { pid } = await home.spawn('a', '--', 'sleep', '1000');
  const { wrapperPid } = await home.inspect('a');
  await home.ok('daemon', 'stop');
  await kill(wrapperPid);
  await kill(pid);
  const bystander = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  try {
    // As the kernel leaves it when it gives the number out again: the same pid, another start time.
    const db = new DatabaseSync(path.join(home.home, 'muxward.db'));
    const [row] = db.prepare("SELECT record FROM agents WHERE name = 'a'").all();
    const record = JSON.parse(String(row?.['record']));
    Object.assign(record.process, { pid: bystander.pid, pgid: bystander.pid });
    db.prepare("UPDATE agents SET record = ? WHERE name = 'a'").run(JSON.stringify(record));
    db.close();
    const journal = path.join(home.home, 'run/a/journal');
    writeFileSync(journal, readFileSync(journal, 'utf8').replaceAll(` ${pid} `, ` ${bystander.pid} `));
    const again = await home.agentThat('a', 'came back', ({ state }) => state === 'ready', 30_000);
    expect([again.restarts, again.pid === bystander.pid]).toEqual([1, false]);
    await home.ok('restart', 'a');
    await home.ok('rm', '--force', 'a');
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
  } finally {
    bystander.kill('SIGKILL');
  }
});
