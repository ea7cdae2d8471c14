/** `worktree list`: one worktree a line. Pure. */
import type { WorktreeInfo } from '../../core/worktree.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'AGENT' },
  { header: 'STATE', goes: 2 },
  { header: 'BRANCH', shrinksTo: 12 },
  { header: 'BASE', shrinksTo: 8, goes: 3 },
  { header: 'AHEAD', align: 'right' as const },
  { header: 'BEHIND', align: 'right' as const },
  { header: 'CHANGED', align: 'right' as const },
  { header: 'UNSAVED' },
  { header: 'FOLDER', shrinksTo: 10, goes: 1 },
];

export function renderWorktrees(worktrees: readonly WorktreeInfo[], look: Look): string {
  if (worktrees.length === 0) return 'No agent has a worktree of its own. Give one: muxward spawn coder --worktree\n';
  const { palette, none } = look;
  const rows = worktrees.map((each) => [
    each.agent,
    each.state,
    safeLine(each.branch),
    safeLine(/^[0-9a-f]{40,64}$/.test(each.base) ? each.base.slice(0, 10) : each.base),
    String(each.ahead ?? none),
    String(each.behind ?? none),
    String(each.changedFiles ?? none),
    each.unsaved === null ? palette.attention('unknown') : each.unsaved ? palette.attention('yes') : 'no',
    safeLine(each.path),
  ]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, look.width);
  return `${[palette.faint(head), ...body, ...notesOn(worktrees, look)].join('\n')}\n`;
}

function notesOn(worktrees: readonly WorktreeInfo[], { palette, forPeople }: Look): string[] {
  if (!forPeople) return [];
  const problems = worktrees.flatMap(({ agent, problem }) => (problem === null ? [] : [palette.attention(`! ${agent}: ${safeLine(problem)}`)]));
  const saved = worktrees.flatMap(({ agent, saved: refs }) => (refs.length === 0 ? [] : [palette.faint(`${agent}: earlier work is saved as ${refs.at(-1)}${refs.length > 1 ? ` and ${refs.length - 1} more refs` : ''}`)]));
  return [...problems, ...saved];
}
