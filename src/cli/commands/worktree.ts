/** `worktree`: the git worktrees that agents work in: what is in them, taking their work over, removing them. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import type { WorktreeMerge } from '../../core/worktree.ts';
import { defineSubcommand, type CommandGroup } from '../command.ts';
import type { Context } from '../context.ts';
import { writeErr } from '../output.ts';
import { withProgress } from '../render/progress.ts';
import { renderError } from '../report-error.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

const list = defineSubcommand<SelectorFlags>('who works where, and what is unsaved', {
  arguments: '[names...]',
  options: [...SELECTOR_OPTIONS],
  notes: 'UNSAVED: something is in no other place: not committed, or in no other branch and on no remote.',
  examples: [
    { run: 'muxward worktree list', about: 'all of them' },
    { run: 'muxward worktree list --project shop --json', about: 'for a script' },
  ],
  async run({ context, args, options }) {
    const reply = await context.daemon.call('GET /api/worktrees', selectorOf(args, options));
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { createLook } = await import('../render/look.ts');
      const { renderWorktrees } = await import('../render/worktree-table.ts');
      context.out(renderWorktrees(reply.worktrees, await createLook(context)));
    }
    return EXIT.ok;
  },
});

interface DiffOptions {
  readonly nameOnly?: boolean;
}

const diff = defineSubcommand<DiffOptions>('what an agent changed since it began', {
  arguments: '<name>',
  options: [{ flags: '--name-only', about: 'only which files' }],
  notes: 'Committed or not, with untracked files; against where its branch left the base.',
  examples: [
    { run: 'muxward worktree diff coder', about: 'as a patch' },
    { run: 'muxward worktree diff coder --name-only', about: 'only which files' },
  ],
  async run({ context, args: [name = ''], options }) {
    const reply = await context.daemon.call('GET /api/worktrees/:name/diff', undefined, { path: { name } });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { createPalette } = await import('../render/palette.ts');
      const { renderDiff } = await import('../render/diff-text.ts');
      context.out(renderDiff(reply, { nameOnly: options.nameOnly === true, palette: await createPalette(context.color) }));
    }
    return EXIT.ok;
  },
});

interface MergeOptions {
  readonly into?: string;
  readonly squash?: boolean;
  readonly message?: string;
}

const merge = defineSubcommand<MergeOptions>("take an agent's commits over", {
  arguments: '<name>',
  options: [
    { flags: '--into <branch>', about: 'the branch that gets them (default: the one it began at)' },
    { flags: '--squash', about: 'as one commit' },
    { flags: '-m, --message <text>', about: 'message of the merge' },
  ],
  notes: 'Where the branch is checked out, that folder is brought along, if it has no changes. On a conflict nothing is changed (status 1).',
  examples: [
    { run: 'muxward worktree merge coder', about: 'into the branch it began at' },
    { run: 'muxward worktree merge coder --into main --squash -m "Log in with a passkey"', about: 'one commit on main' },
  ],
  async run({ context, args: [name = ''], options }) {
    const { into, squash = false, message } = options;
    const request = { squash, ...(into === undefined ? {} : { into }), ...(message === undefined ? {} : { message }) };
    const call = context.daemon.call('POST /api/worktrees/:name/merge', request, { path: { name } });
    const reply = await (context.json ? call : withProgress(context, `merging ${name}`, call));
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else await tellMerge(context, reply);
    return EXIT.ok;
  },
});

async function tellMerge(context: Context, { agent, branch, into, how, commit, checkout, uncommitted }: WorktreeMerge): Promise<void> {
  const { safeLine } = await import('../render/safe-text.ts');
  const at = commit.slice(0, 10);
  const done = how === 'up-to-date' ? `${into} has all commits of ${branch} already (${at})` : `${branch} is in ${into} now (${how}, ${at})`;
  context.out(`${safeLine(done)}${checkout === null ? '' : `, checked out in ${safeLine(checkout)}`}\n`);
  if (uncommitted > 0) context.note(`${uncommitted} ${uncommitted === 1 ? 'file' : 'files'} of its worktree not committed, and so not in it: muxward worktree diff ${agent}`);
}

interface RmOptions {
  readonly dryRun?: boolean;
}

const rm = defineSubcommand<RmOptions>('remove worktrees; what is unsaved is saved first', {
  arguments: '<names...>',
  options: [{ flags: '-n, --dry-run', about: 'say what would be done, do nothing' }],
  notes: 'Of agents that do not run. Unsaved work gets a ref, refs/muxward/saved/NAME/TIME, which is told. start makes the worktree again.',
  examples: [
    { run: 'muxward worktree rm coder', about: 'its work stays under a ref' },
    { run: 'muxward worktree rm coder reviewer --dry-run', about: 'look first' },
  ],
  async run({ context, args, options }) {
    const { safeLine } = await import('../render/safe-text.ts');
    const removed = [];
    let status: number = EXIT.ok;
    for (const name of args) {
      try {
        const removal = await context.daemon.call('POST /api/worktrees/:name/remove', { dryRun: options.dryRun === true }, { path: { name } });
        removed.push(removal);
        if (!context.json) context.out(`${name}: ${safeLine(removal.detail)}\n`);
      } catch (error) {
        if (!(error instanceof MuxwardError) || (args.length === 1 && removed.length === 0)) throw error;
        writeErr(renderError(error.toBody(), context));
        status = EXIT.failed;
      }
    }
    if (context.json) context.out(`${JSON.stringify({ removed })}\n`);
    return status;
  },
});

export const command: CommandGroup = { subcommands: { list, diff, merge, rm }, otherwise: 'list' };
