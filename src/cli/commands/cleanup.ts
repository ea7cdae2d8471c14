/** `cleanup`: removes what dead agents left behind; never what lives. */
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import type { CleanupReply } from '../../core/protocol.ts';
import { formatSize } from '../../core/units.ts';
import { safeLine } from '../render/safe-text.ts';

interface CleanupOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

export const command = defineCommand<CleanupOptions>({
  options: [
    { flags: '--dry-run', about: 'say what would be removed, remove nothing' },
    { flags: '-f, --force', about: 'logs of agents that are no longer listed too, however new' },
  ],
  notes: 'Dead sessions, orphaned processes found by their mark, stale files, old logs. Live agents and unsaved work are never touched.',
  examples: [
    { run: 'muxward cleanup --dry-run', about: 'look first' },
    { run: 'muxward cleanup --force', about: 'all of it' },
  ],
  async run({ context, options }) {
    const { dryRun = false, force = false } = options;
    const reply = await context.daemon.call('POST /api/cleanup', { dryRun, force });
    context.out(context.json ? `${JSON.stringify(reply)}\n` : render(reply));
    return EXIT.ok;
  },
});

function render({ dryRun, items }: CleanupReply): string {
  if (items.length === 0) return 'Nothing to clean up.\n';
  const bytes = items.reduce((sum, item) => sum + (item.bytes ?? 0), 0);
  const lines = items.map(({ kind, what, why }) => `${kind.padEnd(7)}  ${safeLine(what)}  (${safeLine(why)})`);
  const sum = `${items.length} ${items.length === 1 ? 'thing' : 'things'}${bytes > 0 ? `, ${formatSize(bytes)}` : ''} ${dryRun ? 'would be removed: muxward cleanup does it' : 'removed'}`;
  return `${[...lines, sum].join('\n')}\n`;
}
