/** The first screen: what there is, grouped by what people want. */
import { GROUPS } from './command.ts';
import { COMMANDS } from './command-table.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

const GROUP_WIDTH = 12;
const NAME_WIDTH = 12;

/** The text of `muxward --help`. Loads no command. */
export function overview(): string {
  const lines = ['muxward keeps AI agents, and any other program, alive in tmux.', ''];
  lines.push('Usage: muxward [OPTION]... COMMAND [ARG]...', '');
  for (const group of GROUPS) {
    for (const [i, { name, aliases, summary }] of COMMANDS.filter((entry) => entry.group === group).entries()) {
      const heading = i === 0 ? group : '';
      lines.push(`${heading.padEnd(GROUP_WIDTH)}${name.padEnd(NAME_WIDTH)}${summary}${aliases ? ` (also ${aliases.join(', ')})` : ''}`);
    }
  }
  lines.push('', `Everywhere: ${GLOBAL_OPTIONS.map(({ flags }) => flags).join('  ')}`, '');
  lines.push("  muxward spawn hello -- sh -c 'date; sleep 60'     start something");
  lines.push('  muxward spawn coder --prompt "fix the tests"      start Claude Code on a job');
  lines.push('', 'muxward COMMAND --help tells the rest, with examples.', '');
  return lines.join('\n');
}
