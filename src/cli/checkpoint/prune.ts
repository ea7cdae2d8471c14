/** `checkpoint prune`: removes what is beyond the settings, or beyond what is said here. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { formatSize, parseDuration } from '../../core/units.ts';
import { defineSubcommand } from '../command.ts';
import { withProgress } from '../render/progress.ts';

interface PruneOptions {
  readonly keep?: string;
  readonly older?: string;
  readonly dryRun?: boolean;
}

export const prune = defineSubcommand<PruneOptions>('remove old ones', {
  arguments: '[name]',
  options: [
    { flags: '--keep <n>', about: 'keep so many of each agent' },
    { flags: '--older <duration>', about: 'remove those that are older' },
    { flags: '--dry-run', about: 'say what would be removed, remove nothing' },
  ],
  notes: 'The newest one, and the newest good one, are always kept. With neither --keep nor --older, config.yaml says what is kept.',
  examples: [
    { run: 'muxward checkpoint prune --older 7d', about: 'of all agents' },
    { run: 'muxward checkpoint prune coder --keep 5 --dry-run', about: 'what would go' },
  ],
  async run({ context, args: [agent], options }) {
    const request = {
      ...(agent === undefined ? {} : { agent }),
      ...(options.keep === undefined ? {} : { keep: countOf(options.keep) }),
      ...(options.older === undefined ? {} : { olderMs: parseDuration(options.older, '--older') }),
      dryRun: options.dryRun ?? false,
    };
    const reply = await withProgress(context, 'pruning', context.daemon.call('POST /api/checkpoints/prune', request));
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      for (const { id, agent: of, at } of reply.removed) context.out(`${id}  ${of}  ${at}\n`);
      const freed = reply.freedBytes === 0 ? '' : `, ${formatSize(reply.freedBytes)} free`;
      context.note(`${reply.removed.length === 1 ? '1 checkpoint' : `${reply.removed.length} checkpoints`} ${reply.dryRun ? 'would be removed' : `removed${freed}`}`);
    }
    return EXIT.ok;
  },
});

function countOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new MuxwardError('usage', '--keep: not a number of checkpoints', { hint: 'a whole number from 0, for example --keep 10' });
}
