/** Other commands that people wait for. Only reported: one that fails is left out. */
import type { Bench } from '../bench.ts';
import { inTurns, type Take } from '../in-turns.ts';
import { lineOfMedians, type Line, type Subject } from '../line.ts';
import { runTimed, type Command } from '../timed-command.ts';

export async function measureCommands(bench: Bench): Promise<Line[]> {
  const { muxward, tmux, pm2 } = bench;
  const [ofMuxward = '', ofTmux = '', ofPm2 = ''] = [muxward, tmux, pm2].map((peer) => peer.ids(1)[0]);
  const session = `=${ofTmux}:`;
  const rows: [what: string, commands: Partial<Record<Subject, Command>>][] = [
    [
      'version',
      {
        node: muxward.bareNode,
        muxward: muxward.run('version'),
        tmux: tmux.run('-V'),
        pm2: pm2.run('--version'),
      },
    ],
    ['status, the table', { muxward: muxward.run('status'), tmux: tmux.run('ls'), pm2: pm2.run('list') }],
    ['inspect', { muxward: muxward.run('inspect', ofMuxward), pm2: pm2.run('describe', ofPm2) }],
    [
      'logs, 20 lines',
      {
        muxward: muxward.run('logs', ofMuxward, '-n', '20'),
        pm2: pm2.run('logs', ofPm2, '--nostream', '--lines', '20'),
      },
    ],
    [
      'capture',
      { muxward: muxward.run('capture', ofMuxward), tmux: tmux.run('capture-pane', '-p', '-t', session) },
    ],
    [
      'send',
      {
        muxward: muxward.run('send', ofMuxward, 'hello'),
        tmux: tmux.run('send-keys', '-t', session, 'hello', 'Enter'),
      },
    ],
    ['restart', { muxward: muxward.run('restart', ofMuxward), pm2: pm2.run('restart', ofPm2) }],
  ];
  const lines: Line[] = [];
  for (const [what, commands] of rows) lines.push(await measure(bench, what, commands));
  return lines;
}

async function measure(
  { scratch, options }: Bench,
  what: string,
  commands: Partial<Record<Subject, Command>>,
): Promise<Line> {
  const take =
    (command: Command): Take =>
    async () => {
      const run = await runTimed(scratch, command);
      return run.ok ? run.ms : null;
    };
  const takes = Object.fromEntries(
    Object.entries(commands).map(([subject, command]) => [subject, take(command)]),
  );
  const { summaries } = await inTurns(takes, options.reps * 2, 1);
  return lineOfMedians(what, summaries);
}
