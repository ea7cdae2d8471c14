/** `resume`: lets paused agents go on. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

export const command = defineCommand<SelectorFlags>({
  arguments: '[names...]',
  options: SELECTOR_OPTIONS,
  examples: [
    { run: 'muxward resume crawler', about: 'goes on where it was' },
    { run: 'muxward resume --all', about: 'all that are paused' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('resume', args, options);
    return await act(context, { action: 'resume', selector }, `resuming ${nameThem(selector)}`);
  },
});
