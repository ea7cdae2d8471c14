/** A patch for the terminal: what files hold is data, so it is made harmless before it is coloured. Pure. */
import type { WorktreeDiff } from '../../core/worktree.ts';
import type { Palette } from './palette.ts';
import { safeLine, safeText } from './safe-text.ts';

export function renderDiff({ agent, base, files, patch }: WorktreeDiff, { nameOnly, palette }: { nameOnly: boolean; palette: Palette }): string {
  if (files.length === 0) return `${agent} changed nothing since ${safeLine(base)}.\n`;
  if (nameOnly) return files.map(({ status, path }) => `${status} ${safeLine(path)}\n`).join('');
  return paintPatch(patch, palette);
}

/** Lines that came, went, and where. */
function paintPatch(patch: string, palette: Palette): string {
  const lines = safeText(patch).replace(/\n$/, '').split('\n');
  return lines.map((line) => `${paint(line, palette)}\n`).join('');
}

function paint(line: string, { good, bad, strong, nth }: Palette): string {
  if (/^(diff |index |\+\+\+ |--- )/.test(line)) return strong(line);
  if (line.startsWith('@@')) return nth(0, line);
  if (line.startsWith('+')) return good(line);
  return line.startsWith('-') ? bad(line) : line;
}
