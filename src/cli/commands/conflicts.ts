/** `conflicts`: agents that change the same lines in different worktrees, and the ways out. */
import { EXIT } from '../../core/errors.ts';
import { defineSubcommand, type CommandGroup } from '../command.ts';

interface ListOptions {
  readonly files?: boolean;
}

const list = defineSubcommand<ListOptions>('which there are', {
  options: [{ flags: '--files', about: 'who changes which files, in conflict or not' }],
  notes: 'lines: both change the same lines. base: the branch it began at has gone on and does not merge. file: both change it, and it merges.',
  examples: [
    { run: 'muxward conflicts list', about: 'all there are now' },
    { run: 'muxward conflicts list --files', about: 'who changes what' },
  ],
  async run({ context, options }) {
    const reply = await context.daemon.call('GET /api/conflicts', undefined);
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { createLook } = await import('../render/look.ts');
      const { renderConflicts, renderFiles } = await import('../render/conflict-table.ts');
      const look = await createLook(context);
      context.out(options.files ? renderFiles(reply, look) : renderConflicts(reply, look, Date.now()));
    }
    return EXIT.ok;
  },
});

const show = defineSubcommand('the lines in question', {
  arguments: '<id>',
  examples: [
    { run: 'muxward conflicts show cf_3f9c2d1b8a70', about: 'as a merge of both would leave them' },
    { run: 'muxward conflicts show cf_3f9c2d1b8a70 --json', about: 'for a program' },
  ],
  async run({ context, args: [id = ''] }) {
    const reply = await context.daemon.call('GET /api/conflicts/:id', undefined, { path: { id } });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { createPalette } = await import('../render/palette.ts');
      const { renderHunks } = await import('../render/conflict-table.ts');
      context.out(renderHunks(reply, await createPalette(context.color)));
    }
    return EXIT.ok;
  },
});

interface ResolveOptions {
  readonly keep?: string;
  readonly agent?: string;
  readonly manual?: boolean;
}

const resolve = defineSubcommand<ResolveOptions>('keep one, let an agent do it, or do it yourself', {
  arguments: '<id>',
  options: [
    { flags: '--keep <name>', about: "that agent's files replace the other's (base: the branch's); those are saved first" },
    { flags: '--agent <name>', about: 'ask that agent to resolve it' },
    { flags: '--manual', about: 'you do it: says where' },
  ],
  examples: [
    { run: 'muxward conflicts resolve cf_3f9c2d1b8a70 --keep coder', about: "coder's files win" },
    { run: 'muxward conflicts resolve cf_3f9c2d1b8a70 --agent reviewer', about: 'reviewer is asked' },
  ],
  async run({ context, args: [id = ''], options: { keep, agent, manual } }) {
    const request = { ...(keep === undefined ? {} : { keep }), ...(agent === undefined ? {} : { agent }), ...(manual === undefined ? {} : { manual }) };
    const reply = await context.daemon.call('POST /api/conflicts/:id/resolve', request, { path: { id } });
    const { safeLine } = await import('../render/safe-text.ts');
    context.out(context.json ? `${JSON.stringify(reply)}\n` : `${safeLine(reply.detail)}\n`);
    return EXIT.ok;
  },
});

export const command: CommandGroup = { subcommands: { list, show, resolve }, otherwise: 'list' };
