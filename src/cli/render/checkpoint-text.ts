/** Checkpoints in words: the list, one of them, and what was made or gone back to. Pure. */
import type { CheckpointDetails, CheckpointView, RollbackReply, TaskPosition } from '../../core/checkpoint.ts';
import type { CheckpointList } from '../../core/protocol.ts';
import { formatSize } from '../../core/units.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'ID' },
  { header: 'AGENT' },
  { header: 'AGO', align: 'right' as const },
  { header: 'WHY', goes: 2 },
  { header: 'FILES', align: 'right' as const, goes: 3 },
  { header: 'SIZE', align: 'right' as const, goes: 1 },
  { header: 'TALK', align: 'right' as const, goes: 1 },
  { header: 'GOOD', goes: 4 },
  { header: 'MESSAGE', shrinksTo: 12 },
];

export function renderCheckpoints({ checkpoints, damaged }: CheckpointList, agent: string | undefined, look: Look, nowMs: number): string {
  if (checkpoints.length + damaged.length === 0) return `No checkpoints yet. Make one: muxward checkpoint create ${agent ?? 'NAME'}\n`;
  const { palette, none } = look;
  const rows = checkpoints.map((one) => [
    one.id,
    one.agent,
    ago(one.at, nowMs),
    one.trigger,
    one.files.changed === 0 ? none : `+${one.files.changed}`,
    formatSize(one.bytes),
    one.conversation === null ? none : formatSize(one.conversation.bytes),
    one.good ? palette.good('yes') : palette.faint('no'),
    safeLine(one.message ?? one.notes[0] ?? ''),
  ]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, look.width);
  const broken = damaged.map(({ id, agent: of }) => `${palette.bad('damaged')}: ${id} of ${of}\n`);
  return `${[palette.faint(head), ...body].join('\n')}\n${broken.join('')}`;
}

export function renderCheckpoint(one: CheckpointDetails, nowMs: number): string {
  const { files, conversation, manifest } = one;
  const stood = manifest.task && standing(manifest.task);
  const rows = [
    ['checkpoint', one.id],
    ['agent', `${one.agent} (${one.state})`],
    ['made', `${ago(one.at, nowMs)} ago (${one.at}), ${one.trigger}`],
    ['message', safeLine(one.message ?? '–')],
    ['folder', safeLine(one.cwd)],
    ['files', `${files.changed} changed since the one before, ${formatSize(files.bytes)}, in ${files.trees === 1 ? 'one tree' : `${files.trees} trees`}`],
    ['conversation', conversation === null ? 'none' : `${conversation.sessionId}, ${conversation.lines} lines, ${formatSize(conversation.bytes)}`],
    ...(manifest.cursor === null ? [] : [['messages', messagesOpen(manifest.cursor.open.length)]]),
    ...(stood === null ? [] : [['tasks', stood]]),
    ['good', one.good ? 'yes' : 'no'],
    ...one.notes.map((note) => ['note', safeLine(note)]),
  ];
  return rows.map(([what = '', text = '']) => `${what.padEnd(14)}${text}\n`).join('');
}

function messagesOpen(count: number): string {
  return count === 0 ? 'all acknowledged' : `${count} not acknowledged`;
}

/** `after task_… (2 of 3)`; null where the agent had no tasks. */
function standing({ done, last, running, waiting, stage }: TaskPosition): string | null {
  const all = done + waiting.length + (running === null ? 0 : 1);
  if (all === 0) return null;
  const place = running === null ? (last === null ? 'before the first' : `after ${last}`) : `in ${running}`;
  return `${place} (${running === null ? done : done + 1} of ${all})${stage === null ? '' : `, stage ${stage.number} of ${stage.of} of ${stage.run}`}`;
}

export function tellMade(one: CheckpointView, { forPeople, palette }: Look): string {
  const talk = one.conversation === null ? '' : `, conversation of ${formatSize(one.conversation.bytes)}`;
  const said = `${one.id}: ${one.agent}, ${one.files.changed} changed file${one.files.changed === 1 ? '' : 's'}${talk}`;
  const notes = one.notes.map((note) => `! ${safeLine(note)}\n`).join('');
  return forPeople ? `${palette.good('✔')} ${said}          back to it: muxward rollback ${one.agent} ${one.id}\n${notes}` : `${said}\n${notes}`;
}

export function tellRolledBack({ checkpoint, undone, filesChanged, messagesReopened, tasksHeld, restarted, broughtBack, part }: RollbackReply, { forPeople, palette }: Look, nowMs: number): string {
  const { agent } = checkpoint;
  const talk = part === 'files' || checkpoint.conversation === null ? '' : `, conversation of ${checkpoint.conversation.lines} lines`;
  const changed = part === 'conversation' ? '' : `, ${filesChanged === 1 ? '1 file' : `${filesChanged} files`} restored`;
  const open = messagesReopened === 0 ? '' : `, ${messagesReopened === 1 ? '1 message' : `${messagesReopened} messages`} open again`;
  const tasks = tasksHeld === 0 ? '' : `, ${tasksHeld === 1 ? '1 task' : `${tasksHeld} tasks`} undone and held`;
  const target = `${checkpoint.id}, of ${ago(checkpoint.at, nowMs)} ago${changed}${talk}${open}${tasks}`;
  if (undone === null) return `${agent} would be ${broughtBack ? 'there again, ' : ''}at ${target}${restarted ? ', and run again' : ''}\n`;
  const said = `${agent} is ${broughtBack ? 'there again, ' : ''}at ${target}${restarted ? ', and runs again' : ''}`;
  const next = broughtBack ? `start it: muxward start ${agent}` : `forward again: muxward rollback ${agent} --undo`;
  const letGo = tasksHeld === 0 ? '' : `  let the tasks run again: muxward task resume --agent ${agent}\n`;
  return forPeople ? `${palette.good('✔')} ${said}          ${next}\n${letGo}` : `${said} (undone: ${undone.id})\n${letGo}`;
}
