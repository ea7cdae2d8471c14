// tmux was upgraded while its server runs: the new client cannot speak to the old server.
import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, isAlive, type MuxwardHome } from '../helpers/muxward-home.ts';
import { daemonWatchesFor, fault, killDaemon, tmuxStandIn } from './fault.ts';

const at = `${process.env['MUXWARD_TEST_ROOT'] ?? '/tmp'}/other-tmux`;

const known = async (home: MuxwardHome): Promise<unknown> => (await home.agents()).map(({ name, pid, state, restarts }) => ({ name, pid, state, restarts }));

fault(
  27,
  'The tmux client is of another version than its server',
  'agents are alive, and looked after without a terminal; nothing is ended or started twice',
  async (home) => {
    home.configure('watch: {liveness: 1s, sample: 1s}\n');
    await home.ok('spawn', 'w', '--count', '3', '--', 'sleep', '1000');
    await home.spawn('crashing', '--', 'sleep', '1000');
    const before = await known(home);
    writeFileSync(`${at}/isOther`, '');
    await killDaemon(home);
    expect(await known(home)).toEqual(before);
    await daemonWatchesFor(home, 3000);
    expect(await known(home)).toEqual(before);
    // Its wrapper starts it again without tmux.
    const { pid } = await home.agent('crashing');
    process.kill(pid ?? Number.NaN, 'SIGKILL');
    await home.agentThat('crashing', 'came back', (agent) => agent.state === 'ready' && agent.pid !== pid, 30_000);
    const { status, stderr } = await home.run(['capture', 'w-1']);
    expect([status !== 0, stderr]).toEqual([true, expect.stringContaining('protocol version mismatch')]);
    rmSync(`${at}/isOther`);
    await eventually(async () => (await home.run(['capture', 'w-1'])).status === 0, 'they have terminals again', 45_000);
    expect((await home.agents()).filter(({ name }) => name.startsWith('w')).map(({ name, pid: now, state, restarts }) => ({ name, pid: now, state, restarts }))).toEqual(
      (before as { name: string }[]).filter(({ name }) => name.startsWith('w')),
    );
    expect(isAlive((await home.agent('w-1')).pid ?? 0)).toBe(true);
  },
  tmuxStandIn(at, `case "$*" in -V) ;; *) if [ -e ${at}/isOther ]; then echo 'protocol version mismatch (client 8, server 7)' >&2; exit 1; fi ;; esac`),
);
