/** `progress`: a task says how far it has come, from inside. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand<{ readonly task?: string }>({
  arguments: '<percent> [step...]',
  options: [{ flags: '--task <id>', about: 'of that task (default: the one that it runs in)' }],
  notes: 'Without Node, a line of output does the same: echo "::progress 40 Analysing".',
  examples: [
    { run: 'muxward progress 40 Analysing dependencies', about: 'from inside a task' },
    { run: 'muxward progress 90 --task task_3f9c2d1b8a70', about: 'on behalf of one' },
  ],
  async run({ context, args: [percent = '', ...words], options }) {
    const id = options.task ?? process.env['MUXWARD_TASK'] ?? '';
    if (id === '') throw new MuxwardError('usage', 'progress of which task?', { hint: 'name it with --task; inside a task, MUXWARD_TASK does' });
    const step = words.join(' ').trim();
    const task = await context.daemon.call('POST /api/tasks/:id/progress', { percent: percentOf(percent), step: step === '' ? null : step }, { path: { id } });
    if (context.json) context.out(`${JSON.stringify(task)}\n`);
    return EXIT.ok;
  },
});

function percentOf(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (/^\d{1,3}(\.\d+)?%?$/.test(text) && value <= 100) return value;
  throw new MuxwardError('usage', `"${printable(text)}" is no percentage`, { hint: 'a number from 0 to 100, for example muxward progress 40 Analysing' });
}
