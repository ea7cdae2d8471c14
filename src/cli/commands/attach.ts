/** `attach`: sits down at an agent's terminal. How tmux is reached is attach.ts. */
import { attach } from '../attach.ts';
import { defineCommand } from '../command.ts';
import { MuxwardError } from '../../core/errors.ts';
import { checkName, printable, suggest } from '../../core/names.ts';

const WINDOWS = ['main', 'monitor', 'queue'];

interface AttachOptions {
  readonly window?: string;
  readonly readOnly?: boolean;
}

export const command = defineCommand<AttachOptions>({
  arguments: '<name>',
  options: [
    { flags: '-w, --window <window>', about: 'main, monitor (what its tree uses) or queue (its tasks)' },
    { flags: '-r, --read-only', about: 'watch, do not type' },
  ],
  notes: 'Detaching (C-b d) leaves the agent alone. Inside tmux the client is switched, or attached within.',
  examples: [
    { run: 'muxward attach coder', about: 'type to it, detach with C-b d' },
    { run: 'muxward attach web --window monitor --read-only', about: 'its processes, live' },
  ],
  async run({ context, args: [name = ''], options }) {
    const { window = 'main', readOnly = false } = options;
    if (!WINDOWS.includes(window)) {
      const near = suggest(window, WINDOWS);
      throw new MuxwardError('usage', `--window: "${printable(window)}" is no window of an agent`, {
        hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${WINDOWS.join(', ')}`,
      });
    }
    return await attach(context, checkName(name), { window, readOnly });
  },
});
