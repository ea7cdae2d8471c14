/** `start`: starts agents that have ended, as they were first started. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

export const command = defineCommand<SelectorFlags>({
  arguments: '[names...]',
  options: SELECTOR_OPTIONS,
  examples: [
    { run: 'muxward start web', about: 'start it again' },
    { run: 'muxward start --project shop --state terminated', about: 'all that have ended of a project' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('start', args, options);
    return await act(context, { action: 'start', selector }, `starting ${nameThem(selector)}`);
  },
});
