/** `agent explain`: the same as `explain`. */
import type { CommandGroup } from '../command.ts';
import { command as explain } from './explain.ts';

export const command: CommandGroup = {
  subcommands: { explain: { summary: 'why an agent counts as working, waiting or idle', ...explain } },
};
