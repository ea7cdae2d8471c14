/** `checkpoint export` and `import`: one file, for another machine. */
import path from 'node:path';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { formatSize } from '../../core/units.ts';
import { defineSubcommand } from '../command.ts';
import { withProgress } from '../render/progress.ts';

export const exportTo = defineSubcommand('write one into a file', {
  arguments: '[id] [file]',
  notes: 'The file holds all files and the whole conversation of the checkpoint: treat it as you would treat those.',
  examples: [
    { run: 'muxward checkpoint export cp_3f9c2d1b8a70', about: 'into cp_3f9c2d1b8a70.muxward' },
    { run: 'muxward checkpoint export cp_3f9c2d1b8a70 /media/stick/coder.muxward', about: 'into a file of that name' },
  ],
  async run({ context, args: [id, file, ...rest] }) {
    if (id === undefined || rest.length > 0) throw new MuxwardError('usage', 'checkpoint export: which checkpoint, and into which file?', { hint: 'muxward checkpoint export ID [FILE]' });
    const request = { id, file: path.resolve(file ?? `${id}.muxward`) };
    const reply = await withProgress(context, `exporting ${id}`, context.daemon.call('POST /api/checkpoints/export', request));
    context.out(context.json ? `${JSON.stringify(reply)}\n` : `${reply.file} (${formatSize(reply.bytes)})\n`);
    return EXIT.ok;
  },
});

interface ImportOptions {
  readonly agent?: string;
}

export const importFrom = defineSubcommand<ImportOptions>('take one from a file', {
  arguments: '[file]',
  options: [{ flags: '--agent <name>', about: 'the agent whose checkpoint it becomes' }],
  notes: 'All of it is verified before it counts. Nothing of the agent changes until you roll back to it.',
  examples: [
    { run: 'muxward checkpoint import cp_3f9c2d1b8a70.muxward --agent coder', about: 'then: muxward rollback coder ID' },
    { run: 'muxward checkpoint import coder.muxward --agent coder --json', about: 'with what came in' },
  ],
  async run({ context, args: [file, ...rest], options: { agent } }) {
    if (file === undefined || rest.length > 0) throw new MuxwardError('usage', 'checkpoint import: which file?', { hint: 'muxward checkpoint import FILE --agent NAME' });
    if (agent === undefined) throw new MuxwardError('usage', 'checkpoint import: for which agent?', { hint: `muxward checkpoint import ${file} --agent NAME` });
    const made = await withProgress(context, `importing ${file}`, context.daemon.call('POST /api/checkpoints/import', { file: path.resolve(file), agent }));
    context.out(context.json ? `${JSON.stringify(made)}\n` : `${made.id} is a checkpoint of ${made.agent}; go to it: muxward rollback ${made.agent} ${made.id}\n`);
    return EXIT.ok;
  },
});
