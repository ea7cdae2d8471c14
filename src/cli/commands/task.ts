/** `task`: work that is queued, done by commands or agents, and whose outcome is kept. */
import type { CommandGroup } from '../command.ts';
import { cancel, pause, resume, retry } from '../task/act.ts';
import { list, logs, result, status, watch } from '../task/look.ts';
import { submit } from '../task/submit.ts';

export const command: CommandGroup = { subcommands: { submit, list, status, result, watch, logs, cancel, retry, pause, resume }, otherwise: 'list' };
