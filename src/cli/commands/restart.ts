/** `restart`: ends agents and starts them again, in the same session. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import { GRACE_OPTION, graceOf } from '../grace-option.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

interface RestartOptions extends SelectorFlags {
  readonly grace?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export const command = defineCommand<RestartOptions>({
  arguments: '[names...]',
  options: [GRACE_OPTION, { flags: '-f, --force', about: 'SIGKILL at once' }, { flags: '--dry-run', about: 'say what would be restarted, restart nothing' }, ...SELECTOR_OPTIONS],
  notes: 'It is not counted as a restart: only what the supervisor does by itself is.',
  examples: [
    { run: 'muxward restart web', about: 'as it was first started' },
    { run: 'muxward restart --project shop --grace 2s', about: "all of a project's agents" },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('restart', args, options);
    const request = { action: 'restart', selector, force: options.force ?? false, dryRun: options.dryRun ?? false, ...graceOf(options.grace) } as const;
    return await act(context, request, `restarting ${nameThem(selector)}`);
  },
});
