/** `tmux`: runs the user's tmux against the private server of this home. */
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { defineCommand } from '../command.ts';
import { MuxwardError } from '../../core/errors.ts';

export const command = defineCommand({
  arguments: '[args...]',
  passesThrough: true,
  notes: 'All arguments are tmux\'s own; options of muxward go before the word tmux.',
  examples: [
    { run: 'muxward tmux list-sessions', about: 'as tmux sees them' },
    { run: 'muxward tmux attach -t coder', about: 'tmux commands as you know them' },
  ],
  run({ context, args }) {
    const env = { ...process.env };
    // The caller's own tmux must not be mistaken for this one.
    if (args.length > 0) delete env['TMUX'];
    const { status, signal, error } = spawnSync('tmux', ['-S', context.paths.tmuxSocket, ...args], { stdio: 'inherit', env });
    if (error) throw new MuxwardError('tmux', `tmux could not be run: ${error.message}`, { hint: 'is it on your PATH?', cause: error });
    return Promise.resolve(status ?? 128 + (signal === null ? 0 : os.constants.signals[signal]));
  },
});
