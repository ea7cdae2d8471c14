/** `conflicts`: one conflict a line, who changes what, and the lines in question. Pure. */
import type { Conflict, ConflictHunks, ConflictsReply } from '../../core/conflict.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { safeLine, safeText } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'ID' },
  { header: 'AGO', align: 'right' as const },
  { header: 'KIND' },
  { header: 'AGENTS' },
  { header: 'FILES', shrinksTo: 16 },
  { header: 'STATE', goes: 1 },
];

export function renderConflicts({ conflicts, worktrees }: ConflictsReply, look: Look, nowMs: number): string {
  const { palette } = look;
  if (conflicts.length === 0) return worktrees.length === 0 ? 'No agent has a worktree of its own, so none can conflict.\n' : `No conflicts between ${worktrees.length} ${worktrees.length === 1 ? 'worktree and its base' : 'worktrees and their bases'}.\n`;
  const rows = conflicts.map((each) => [
    each.id,
    ago(each.since, nowMs),
    each.kind === 'file' ? each.kind : palette.attention(each.kind),
    each.base === null ? each.agents.join(' × ') : `${each.agents[0]} × ${safeLine(each.base)}`,
    filesOf(each.files),
    stateOf(each, look.none),
  ]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, look.width);
  const first = conflicts.find(({ kind }) => kind !== 'file');
  const next = look.forPeople && first !== undefined ? [`→ muxward conflicts show ${first.id}`] : [];
  return `${[palette.faint(head), ...body, ...next].join('\n')}\n`;
}

function filesOf([first = '', ...more]: readonly string[]): string {
  return `${safeLine(first)}${more.length === 0 ? '' : ` +${more.length}`}`;
}

function stateOf({ paused, resolvedBy }: Conflict, none: string): string {
  const said = [...(paused === null ? [] : [`${paused} is paused`]), ...(resolvedBy === null ? [] : [`${resolvedBy} at work`])];
  return said.length === 0 ? none : said.join(', ');
}

/** Every changed file of every worktree. */
export function renderFiles({ conflicts, worktrees }: ConflictsReply, look: Look): string {
  const rows = worktrees.flatMap(({ agent, files }) => files.map((file) => [agent, kindOf(conflicts, agent, file) ?? look.none, safeLine(file)]));
  if (rows.length === 0) return 'No agent has changed anything in a worktree of its own.\n';
  const [head = '', ...body] = renderTable([{ header: 'AGENT' }, { header: 'CONFLICT' }, { header: 'FILE', shrinksTo: 20 }], rows, look.width);
  return `${[look.palette.faint(head), ...body].join('\n')}\n`;
}

function kindOf(conflicts: readonly Conflict[], agent: string, file: string): string | undefined {
  return conflicts.find(({ agents, files }) => agents.includes(agent) && files.includes(file))?.kind;
}

const AROUND = 3;

/** Around the markers only: files may be long. */
export function renderHunks({ conflict, hunks, folders }: ConflictHunks, { strong, attention, faint }: Palette): string {
  const { agents, base } = conflict;
  const head = Object.entries(folders).map(([name, folder]) => `${name}: ${safeLine(folder)}`);
  const sides = `<<<<<<< is ${agents[0]}, >>>>>>> is ${base === null ? agents[1] : safeLine(base)}`;
  const texts = hunks.map(({ path, text }) => {
    const lines = safeText(text).split('\n');
    const wanted = linesAround(lines);
    const shown = wanted.size === 0 ? [faint('one deleted or renamed it, or it is no text')] : [...wanted].map((i) => (/^(<{7}|={7}|>{7})/.test(lines[i] ?? '') ? attention(lines[i] ?? '') : (lines[i] ?? '')));
    return [strong(safeLine(path)), ...shown].join('\n');
  });
  return `${[...head, faint(sides), ...texts].join('\n')}\n`;
}

function linesAround(lines: readonly string[]): Set<number> {
  const wanted = new Set<number>();
  let inside = false;
  for (const [i, line] of lines.entries()) {
    if (line.startsWith('<<<<<<< ')) {
      inside = true;
      for (let before = Math.max(0, i - AROUND); before < i; before += 1) wanted.add(before);
    }
    if (inside) wanted.add(i);
    if (line.startsWith('>>>>>>> ') && inside) {
      inside = false;
      for (let after = i + 1; after <= Math.min(lines.length - 1, i + AROUND); after += 1) wanted.add(after);
    }
  }
  return wanted;
}
