/** `attach`: sits down at an agent's terminal. How tmux is reached is attach.ts. */
import { attach, WINDOWS } from '../attach.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { MuxwardError } from '../../core/errors.ts';
import { checkName, printable, suggest } from '../../core/names.ts';

interface AttachOptions {
  readonly window?: string;
  readonly readOnly?: boolean;
  readonly waiting?: boolean;
}

export const command = defineCommand<AttachOptions>({
  arguments: '[name]',
  options: [
    { flags: '-w, --window <window>', about: 'main, monitor (what its tree uses) or queue (its tasks)' },
    { flags: '--waiting', about: 'the agent that has waited longest for you' },
    { flags: '-r, --read-only', about: 'watch, do not type' },
  ],
  notes: 'Detaching (C-b d) leaves the agent alone. Inside tmux the client is switched, or attached within.',
  examples: [
    { run: 'muxward attach coder', about: 'type to it, detach with C-b d' },
    { run: 'muxward attach web --window monitor --read-only', about: 'its processes, live' },
  ],
  async run({ context, args: [name = ''], options }) {
    const { window: asked = 'main', readOnly = false } = options;
    const window = WINDOWS.find((known) => known === asked);
    if (window === undefined) {
      const near = suggest(asked, WINDOWS);
      throw new MuxwardError('usage', `--window: "${printable(asked)}" is no window of an agent`, {
        hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${WINDOWS.join(', ')}`,
      });
    }
    if (options.waiting && name !== '') throw new MuxwardError('usage', '--waiting says which agent: no name goes with it', { hint: 'muxward attach --waiting' });
    if (!options.waiting && name === '') throw new MuxwardError('usage', 'attach to which agent?', { hint: 'muxward attach NAME, or --waiting for the next that waits for you' });
    return await attach(context, options.waiting ? await nextWaiting(context) : checkName(name), { window, readOnly });
  },
});

/** Whoever waits longest comes first; the agent in whose session you are is passed over where there is another. */
async function nextWaiting(context: Context): Promise<string> {
  const { agents } = await context.daemon.call('GET /api/agents', { state: 'waiting' });
  const inOrder = agents.toSorted((a, b) => (a.activity.at ?? a.since).localeCompare(b.activity.at ?? b.since));
  const next = inOrder.find(({ name }) => name !== process.env['MUXWARD_AGENT']) ?? inOrder[0];
  if (next) return next.name;
  throw new MuxwardError('not-found', 'no agent waits for you', { hint: 'what they do: muxward status' });
}
