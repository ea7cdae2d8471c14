/** `task submit`: a command, something for an agent, or something for a headless Claude Code of its own. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName, printable } from '../../core/names.ts';
import { parsePriority, statusOfTask, type TaskWish } from '../../core/task.ts';
import { parseDuration } from '../../core/units.ts';
import { defineSubcommand } from '../command.ts';
import type { Context } from '../context.ts';
import { specEnvironment } from '../spec-environment.ts';
import { untilOver } from './follow-task.ts';

interface SubmitOptions {
  readonly agent?: string;
  readonly agentType?: string;
  readonly priority?: string;
  readonly after?: readonly string[];
  readonly category?: string;
  readonly retries?: string;
  readonly backoff?: string;
  readonly timeout?: string;
  readonly wait?: boolean;
  readonly async?: boolean;
}

export const submit = defineSubcommand<SubmitOptions>('put a task into the queue', {
  arguments: '<description>',
  takesCommand: true,
  options: [
    { flags: '--agent <name>', about: "that agent does it; with a COMMAND: in that agent's folder and environment" },
    { flags: '--agent-type <type>', about: 'claude-code: a headless one of its own does it' },
    { flags: '--priority <p>', about: 'critical, high, medium, low, or 1 (first) to 10 (default: medium, 5)' },
    { flags: '--after <id>', about: 'not before that task has completed, repeatable', many: true },
    { flags: '--category <name>', about: 'what kind of task it is, for you' },
    { flags: '--retries <n>', about: 'how often it is tried again when it failed (default: 0)' },
    { flags: '--backoff <duration>', about: 'before the first of these; doubled each time (default: 1s)' },
    { flags: '--timeout <duration>', about: 'it is ended, and has failed, after this long' },
    { flags: '--wait', about: "until it is over; ends with the task's own status" },
    { flags: '--async', about: 'do not wait, as without either' },
  ],
  notes: [
    'The id is printed at once. A COMMAND runs in your folder with your environment. It may print lines such as',
    '"::progress 40 Analysing", or call "muxward progress 40 Analysing".',
  ].join('\n'),
  examples: [
    { run: 'muxward task submit "run the tests" --retries 2 -- npm test', about: 'a command' },
    { run: 'muxward task submit "fix the failing tests" --agent coder --wait', about: 'something for an agent, and wait for it' },
  ],
  async run({ context, args: [description = ''], options, command }) {
    if (command?.length === 0) throw new MuxwardError('usage', 'there is no command behind --', { hint: 'muxward task submit "run the tests" -- npm test' });
    if (options.wait && options.async) throw new MuxwardError('usage', '--wait and --async cannot be both', { hint: 'leave one of the two out' });
    const wish = wishOf(description, options, command);
    const from = { cwd: process.cwd(), env: await specEnvironment({}, { env: process.env, cwd: process.cwd() }), umask: process.umask() };
    const { tasks } = await context.daemon.call('POST /api/tasks', { tasks: [wish], from });
    const [task] = tasks;
    if (task === undefined) throw new Error('a task was submitted, and none came back');
    if (options.wait) return await showWhenOver(context, task.id, null);
    context.out(context.json ? `${JSON.stringify(task)}\n` : `${task.id}\n`);
    return EXIT.ok;
  },
});

/** Its progress on standard error meanwhile; then what came of it, and its own status. @throws MuxwardError `timeout` */
export async function showWhenOver(context: Context, id: string, timeoutMs: number | null): Promise<number> {
  const [{ createLook }, { renderOutcome, taskLine }] = await Promise.all([import('../render/look.ts'), import('../render/task-text.ts')]);
  const look = await createLook(context);
  let told = '';
  const task = await untilOver(context, id, timeoutMs, (now) => {
    const line = taskLine(now, look);
    if (!context.json && look.forPeople && line !== told) context.note(line);
    told = line;
  });
  if (context.json) context.out(`${JSON.stringify(task)}\n`);
  else {
    context.out(renderOutcome(task));
    if (task.state !== 'completed' && !look.forPeople) context.note(taskLine(task, look));
  }
  return statusOfTask(task);
}

function wishOf(description: string, options: SubmitOptions, command: readonly string[] | undefined): TaskWish {
  const { agent, agentType, priority, after = [], category, retries, backoff, timeout } = options;
  if (description.trim() === '') throw new MuxwardError('usage', 'the description is empty', { hint: 'say in a few words what is to be done' });
  return {
    description,
    ...(agent === undefined ? {} : { agent: checkName(agent) }),
    ...(agentType === undefined ? {} : { agentType }),
    ...(command === undefined ? {} : { command }),
    ...(priority === undefined ? {} : { priority: parsePriority(priority) }),
    ...(after.length === 0 ? {} : { after }),
    ...(category === undefined ? {} : { category }),
    ...(retries === undefined ? {} : { retries: retriesOf(retries) }),
    ...(backoff === undefined ? {} : { backoffMs: parseDuration(backoff, '--backoff') }),
    ...(timeout === undefined ? {} : { timeoutMs: timeOf(timeout) }),
  };
}

function retriesOf(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new MuxwardError('usage', `--retries: "${printable(text)}" is no number`, { hint: 'a whole number from 0, for example --retries 2' });
}

function timeOf(text: string): number {
  const ms = parseDuration(text, '--timeout');
  if (ms > 0) return ms;
  throw new MuxwardError('usage', `--timeout: "${printable(text)}" leaves no time`, { hint: 'for example --timeout 30m' });
}
