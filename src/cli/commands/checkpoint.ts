/** `checkpoint`: saves an agent's files and conversation, and shows what is saved. Going back is `rollback`. */
import { EXIT } from '../../core/errors.ts';
import { defineSubcommand, type CommandGroup } from '../command.ts';
import { idOf, one } from '../checkpoint/arguments.ts';
import { exportTo, importFrom } from '../checkpoint/transfer.ts';
import { prune } from '../checkpoint/prune.ts';
import { withProgress } from '../render/progress.ts';

interface CreateOptions {
  readonly message?: string;
  readonly ignored?: boolean;
}

const create = defineSubcommand<CreateOptions>('save an agent as it is now', {
  arguments: '[name]',
  options: [
    { flags: '-m, --message <text>', about: 'what it is good for' },
    { flags: '--ignored', about: 'also files that .gitignore leaves out' },
  ],
  notes: 'An agent that runs stands still for the moment in which its files are read. Your index, branch and stash are not touched.',
  examples: [
    { run: 'muxward checkpoint create coder', about: 'files, conversation, screen' },
    { run: 'muxward checkpoint create coder -m "tests pass"', about: 'with words to find it by' },
  ],
  async run({ context, args, options }) {
    const agent = one(args, 'checkpoint create', 'which agent?', 'muxward status shows them');
    const request = { agent, message: options.message ?? null, ignored: options.ignored ?? false };
    const made = await withProgress(context, `saving ${agent}`, context.daemon.call('POST /api/checkpoints', request));
    if (context.json) context.out(`${JSON.stringify(made)}\n`);
    else {
      const { tellMade } = await import('../render/checkpoint-text.ts');
      const { createLook } = await import('../render/look.ts');
      context.out(tellMade(made, await createLook(context)));
    }
    return EXIT.ok;
  },
});

const list = defineSubcommand('what is saved, newest first', {
  arguments: '[name]',
  examples: [
    { run: 'muxward checkpoint list coder', about: 'of one agent, also of one that is gone' },
    { run: 'muxward checkpoint list --json', about: 'of all' },
  ],
  async run({ context, args: [agent] }) {
    const reply = await context.daemon.call('GET /api/checkpoints', agent === undefined ? {} : { agent });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { renderCheckpoints } = await import('../render/checkpoint-text.ts');
      const { createLook } = await import('../render/look.ts');
      context.out(renderCheckpoints(reply, agent, await createLook(context), Date.now()));
    }
    return EXIT.ok;
  },
});

interface ShowOptions {
  readonly screen?: boolean;
}

const show = defineSubcommand<ShowOptions>('everything known of one', {
  arguments: '[id]',
  options: [{ flags: '--screen', about: 'what was on its screen' }],
  examples: [
    { run: 'muxward checkpoint show cp_3f9c2d1b8a70', about: 'what is in it, and what is not' },
    { run: 'muxward checkpoint show cp_3f9c2d1b8a70 --json', about: 'with its manifest, screen and definition' },
  ],
  async run({ context, args, options }) {
    const reply = await context.daemon.call('GET /api/checkpoints/:id', undefined, { path: { id: idOf(args, 'checkpoint show') } });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else if (options.screen) {
      const { safeText } = await import('../render/safe-text.ts');
      if (reply.screen === null) context.note('It had no screen.');
      else context.out(`${safeText(reply.screen.trimEnd())}\n`);
    } else {
      const { renderCheckpoint } = await import('../render/checkpoint-text.ts');
      context.out(renderCheckpoint(reply, Date.now()));
    }
    return EXIT.ok;
  },
});

interface DiffOptions {
  readonly names?: boolean;
}

const diff = defineSubcommand<DiffOptions>('what was done to the files since', {
  arguments: '[id]',
  options: [{ flags: '--names', about: 'names of files only' }],
  examples: [
    { run: 'muxward checkpoint diff cp_3f9c2d1b8a70', about: 'what a rollback would undo' },
    { run: 'muxward checkpoint diff cp_3f9c2d1b8a70 --names', about: 'the files that differ' },
  ],
  async run({ context, args, options }) {
    const id = idOf(args, 'checkpoint diff');
    const reply = await withProgress(context, 'comparing', context.daemon.call('GET /api/checkpoints/:id/diff', undefined, { path: { id } }));
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else if (reply.files.length === 0) context.note('Nothing has changed since.');
    else {
      const { safeText, safeLine } = await import('../render/safe-text.ts');
      const names = reply.files.map(({ status, path }) => `${status}  ${safeLine(path)}\n`).join('');
      context.out(options.names ? names : safeText(reply.patch));
      if (reply.cut && !options.names) context.note('The rest is left out: --names shows all files.');
    }
    return EXIT.ok;
  },
});

const verify = defineSubcommand('is everything there, and as it was saved?', {
  arguments: '[id]',
  examples: [
    { run: 'muxward checkpoint verify', about: 'all of them: reads every byte' },
    { run: 'muxward checkpoint verify cp_3f9c2d1b8a70 --json', about: 'one' },
  ],
  async run({ context, args: [id] }) {
    const reply = await withProgress(context, 'verifying', context.daemon.call('POST /api/checkpoints/verify', id === undefined ? {} : { id }));
    const { checkpoints } = reply;
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { safeLine } = await import('../render/safe-text.ts');
      for (const one of checkpoints) context.out(`${one.id}  ${one.agent}  ${one.faults.length === 0 ? 'whole' : `damaged: ${safeLine(one.faults.join('; '))}`}\n`);
      if (checkpoints.length === 0) context.note('No checkpoints yet. Make one: muxward checkpoint create NAME');
    }
    return checkpoints.every(({ faults }) => faults.length === 0) ? EXIT.ok : EXIT.failed;
  },
});

export const command: CommandGroup = {
  subcommands: { create, list, show, diff, verify, prune, export: exportTo, import: importFrom },
  otherwise: 'list',
};
