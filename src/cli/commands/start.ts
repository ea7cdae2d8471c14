/** `start`: starts agents that have ended, as they were first started. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Agent } from '../../core/agent.ts';
import type { Selector } from '../../core/selector.ts';
import { EXIT } from '../../core/errors.ts';
import { isLive } from '../../core/state.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

interface StartOptions extends SelectorFlags {
  readonly lost?: boolean;
}

export const command = defineCommand<StartOptions>({
  arguments: '[names...]',
  options: [{ flags: '--lost', about: 'those that a reboot or the death of tmux ended' }, ...SELECTOR_OPTIONS],
  examples: [
    { run: 'muxward start web', about: 'start it again' },
    { run: 'muxward start --lost', about: 'what ran before the machine was started anew' },
    { run: 'muxward start --project shop --state terminated', about: 'all that have ended of a project' },
  ],
  async run({ context, args, options }) {
    const { lost, ...flags } = options;
    if (lost) return await startLost(context, selectorOf(args, flags));
    const selector = actingSelectorOf('start', args, flags);
    return await act(context, { action: 'start', selector }, `starting ${nameThem(selector)}`);
  },
});

/** Among those that the selector means; all, where it names none. */
async function startLost(context: Context, selector: Selector): Promise<number> {
  const { agents } = await context.daemon.call('GET /api/agents', selector);
  const names = agents.filter(isLost).map(({ name }) => name);
  if (names.length > 0) return await act(context, { action: 'start', selector: { names } }, `starting ${nameThem({ names })}`);
  if (context.json) context.out(`${JSON.stringify({ outcomes: [] })}\n`);
  else context.note('No agent was lost: nothing was done.');
  return EXIT.ok;
}

function isLost({ state, exit }: Agent): boolean {
  return !isLive(state) && exit?.kind === 'lost';
}
