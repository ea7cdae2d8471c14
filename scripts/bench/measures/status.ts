/** What runs, for a program to read. An answer counts only if it holds every agent, each with a process of its own. */
import type { Bench } from '../bench.ts';
import { inTurns, type Take } from '../in-turns.ts';
import { lineOfMedians, type Line } from '../line.ts';
import { runOrThrow, runTimed, type Command } from '../timed-command.ts';

export async function measureStatus(bench: Bench): Promise<Line[]> {
  const { muxward, tmux, pm2, options, scratch } = bench;
  const ask =
    (command: Command, pidsOf: (text: string) => readonly unknown[]): Take =>
    async () => {
      const run = await runTimed(scratch, command);
      return run.ok && areAllThere(run.stdout(), pidsOf, options.agents) ? run.ms : null;
    };
  const { summaries, failures } = await inTurns(
    {
      node: async () => (await runOrThrow(scratch, muxward.bareNode)).ms,
      muxward: ask(muxward.run('status', '--json'), (text) =>
        (JSON.parse(text) as { agents: Process[] }).agents.map(({ pid }) => pid),
      ),
      tmux: ask(tmux.run('list-panes', '-a', '-F', '#{pane_pid}'), (text) => text.trim().split('\n')),
      pm2: ask(pm2.run('jlist'), (text) => (JSON.parse(text) as Process[]).map(({ pid }) => pid)),
    },
    options.reps * 4,
    2,
  );
  return [
    lineOfMedians(`status --json with ${options.agents}`, summaries, [
      { kind: 'times-of', other: 'node', atMost: 1.6 },
      { kind: 'faster-than', other: 'pm2', atLeast: 3 },
    ]),
    {
      what: 'status --json: not all agents in it',
      unit: '',
      values: { ...failures },
      bars: [{ kind: 'none' }],
    },
  ];
}

interface Process {
  readonly pid: number;
}

function areAllThere(text: string, pidsOf: (text: string) => readonly unknown[], count: number): boolean {
  try {
    const pids = new Set(pidsOf(text).map(Number));
    return pids.size === count && [...pids].every((pid) => pid > 0);
  } catch {
    return false;
  }
}
