/** How a hook is written in both configuration files, and what it becomes. */
import * as z from 'zod/mini';
import { HOOK_TRIGGERS, type HookSpec, type HookTrigger } from '../../core/hook.ts';
import { parseDuration } from '../../core/units.ts';
import { HOOK_TIMEOUT_MS } from '../defaults.ts';
import { choice, duration, mapWith, oneOrMore, word } from './fields.ts';

const shape = {
  on: oneOrMore(
    choice(HOOK_TRIGGERS, 'A state that an agent came into, or an event.'),
    'a state or an event, or a list of them',
    'States that an agent comes into, or events: what the hook runs on.',
  ),
  run: word('Run by sh -c, with the event as JSON on its standard input.'),
  timeout: z.optional(duration('The command is killed after this long. Default 10s.')),
};

/** A hook of one agent. */
export const agentHookSchema = mapWith(shape, 'a hook such as {on: failed, run: ./tell.sh}', 'A hook.');

/** A hook of the user's settings, for all agents or those that a glob names. */
export const userHookSchema = mapWith(
  { ...shape, agents: z.optional(word('A glob of agents\' names, for example api-*. Default: all.')) },
  'a hook such as {on: failed, run: ./tell.sh}',
  'A hook.',
);

export function hookFrom(entry: z.output<typeof userHookSchema>): HookSpec {
  return {
    on: [entry.on].flat() as HookTrigger[],
    agents: entry.agents ?? null,
    run: entry.run,
    timeoutMs: entry.timeout === undefined ? HOOK_TIMEOUT_MS : parseDuration(String(entry.timeout), 'timeout'),
  };
}
