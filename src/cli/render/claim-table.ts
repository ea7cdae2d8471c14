/** `claims`: one pattern a line, then what was broken. Pure. */
import type { Claim } from '../../core/claim.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [{ header: 'AGENT' }, { header: 'CLAIMS', shrinksTo: 20 }, { header: 'FOLDER', shrinksTo: 16 }, { header: 'WATCHED', goes: 1 }, { header: 'SHARED WITH', goes: 2 }];
const BROKEN_COLUMNS = [{ header: 'AGO', align: 'right' as const }, { header: 'CLAIMED BY' }, { header: 'CHANGED BY' }, { header: 'FILE', shrinksTo: 20 }];

export function renderClaims(claims: readonly Claim[], look: Look, nowMs: number): string {
  const { palette, none, width } = look;
  if (claims.length === 0) return "No agent claims anything. Claim: muxward claim NAME 'src/api/**'\n";
  const rows = claims.flatMap(({ agent, folder, patterns, sharedWith, watched }) =>
    patterns.map((pattern) => [agent, safeLine(pattern), safeLine(folder), watched === 'events' ? 'yes' : 'no', sharedWith.length === 0 ? none : sharedWith.join(', ')]),
  );
  const broken = claims.flatMap((claim) => claim.broken.map((each) => ({ ...each, agent: claim.agent }))).toSorted((one, other) => other.at.localeCompare(one.at));
  const brokenRows = broken.map(({ at, agent, by, path }) => [ago(at, nowMs), agent, palette.attention(by ?? 'unknown'), safeLine(path)]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, width);
  const [brokenHead = '', ...brokenBody] = brokenRows.length === 0 ? [] : renderTable(BROKEN_COLUMNS, brokenRows, width);
  const after = brokenBody.length === 0 ? [] : ['', palette.faint(brokenHead), ...brokenBody];
  return `${[palette.faint(head), ...body, ...after].join('\n')}\n`;
}
