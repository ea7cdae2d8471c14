/** `interrupt`: what Ctrl-C or Escape does at the agent's terminal: it stops what it does, and lives on. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

export const command = defineCommand<SelectorFlags>({
  arguments: '[names...]',
  options: SELECTOR_OPTIONS,
  examples: [
    { run: 'muxward interrupt coder', about: 'Claude Code stops and listens' },
    { run: 'muxward interrupt --state executing', about: 'all that are busy' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('interrupt', args, options);
    return await act(context, { action: 'interrupt', selector }, `interrupting ${nameThem(selector)}`);
  },
});
