/** `pause`: freezes whole process trees until `resume`. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

export const command = defineCommand<SelectorFlags>({
  arguments: '[names...]',
  options: SELECTOR_OPTIONS,
  examples: [
    { run: 'muxward pause crawler', about: 'keeps its memory, takes no CPU' },
    { run: 'muxward pause --label heavy=yes', about: 'all with that label' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('pause', args, options);
    return await act(context, { action: 'pause', selector }, `pausing ${nameThem(selector)}`);
  },
});
