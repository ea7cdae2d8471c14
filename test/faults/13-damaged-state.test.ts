// The state on disk is damaged, and several daemons find that at once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually, MUXWARD } from '../helpers/muxward-home.ts';
import { daemonsOf, fault } from './fault.ts';

const DAMAGES: readonly (readonly [what: string, damage: (file: string) => void])[] = [
  ['garbage', (file) => writeFileSync(file, 'this is no database '.repeat(500))],
  ['emptied', (file) => writeFileSync(file, '')],
  ['cut short', (file) => truncateSync(file, 9000)],
];

for (const [what, damage] of DAMAGES) {
  fault(13, `The state is garbage, empty or cut short (${what}), and six daemons find that at once`, 'one sets it aside and makes it again: same agents, same PIDs', async (home) => {
    await home.ok('spawn', 'w', '--count', '3', '--label', 'x=y', '--', 'sleep', '1000');
    await home.spawn('past', '--', 'true');
    await home.ok('wait', 'past');
    const before = await home.agents();
    await home.ok('daemon', 'stop');
    const file = path.join(home.home, 'muxward.db');
    damage(file);
    const damaged = readFileSync(file);
    const children = Array.from({ length: 6 }, () => spawn(`${MUXWARD}d`, ['--home', home.home], { env: home.env, stdio: 'ignore' }));
    await Promise.race(children.map((child) => once(child, 'exit')));
    const after = await home.agents();
    const known = (agents: typeof before): unknown => agents.map(({ name, pid, labels, restarts }) => ({ name, pid, labels, restarts })).toSorted((a, b) => a.name.localeCompare(b.name));
    expect(known(after)).toEqual(known(before));
    const aside = readdirSync(home.home).filter((name) => name.startsWith('muxward.db.damaged-') && !/-(wal|shm)$/.test(name));
    expect(aside).toHaveLength(1);
    expect(readFileSync(path.join(home.home, aside[0] ?? '')).subarray(0, damaged.length).equals(damaged)).toBe(true);
    await eventually(() => daemonsOf(home).length === 1, 'all but one have left', 30_000);
    expect(known(await home.agents())).toEqual(known(before));
  });
}
