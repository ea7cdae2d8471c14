/** `stop`: ends agents and all that belongs to them; they stay listed. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import { GRACE_OPTION, graceOf } from '../grace-option.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

interface StopOptions extends SelectorFlags {
  readonly grace?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export const command = defineCommand<StopOptions>({
  arguments: '[names...]',
  options: [
    GRACE_OPTION,
    { flags: '-f, --force', about: 'SIGKILL at once' },
    { flags: '--dry-run', about: 'say what would be ended, end nothing' },
    ...SELECTOR_OPTIONS,
  ],
  examples: [
    { run: 'muxward stop web --grace 30s', about: 'gives it half a minute' },
    { run: "muxward stop 'api-*' --force", about: 'at once' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('stop', args, options);
    const { force = false, dryRun = false } = options;
    const request = { action: 'stop', selector, force, dryRun, ...graceOf(options.grace) } as const;
    return await act(context, request, `stopping ${nameThem(selector)}`);
  },
});
