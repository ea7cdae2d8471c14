/** What came of a turn: for people the answer under one line about it, in a pipe the answer alone. Pure. */
import type { HeadlessResult } from '../../core/headless.ts';
import { formatDuration } from '../../core/units.ts';
import { formatUsd } from './cost-table.ts';
import type { Look } from './look.ts';
import { safeLine, safeText } from './safe-text.ts';

export function renderResult(result: HeadlessResult, { forPeople, palette }: Look): string {
  const text = `${safeText(result.text).trimEnd()}\n`;
  if (!forPeople) return text;
  const what = result.isError ? palette.bad(`✘ ${safeLine(result.subtype === 'success' ? (result.terminalReason ?? 'failed') : result.subtype)}`) : palette.good('✔ done');
  const refused = result.denials.length === 0 ? '' : `, refused: ${result.denials.map(safeLine).join(', ')}`;
  const about = `${result.turns} ${result.turns === 1 ? 'step' : 'steps'} in ${formatDuration(result.durationMs)}, ${formatUsd(result.sessionUsd)} for the session so far${refused}`;
  return `${what}  ${palette.faint(about)}\n${text}`;
}
