/** The user's own status line, which muxward's runs: looked up where Claude Code would, nearest first. */
import fs from 'node:fs';
import path from 'node:path';

/** The command, or undefined where the user has none. `config` is Claude Code's folder, `cwd` the project's. */
export function userStatusLine(config: string, cwd: string): string | undefined {
  const places = [path.join(cwd, '.claude/settings.local.json'), path.join(cwd, '.claude/settings.json'), path.join(config, 'settings.json')];
  for (const place of places) {
    const command = commandIn(place);
    if (command !== undefined) return command;
  }
  return undefined;
}

/** What cannot be read has none: Claude Code itself tells the user of faulty settings. */
function commandIn(file: string): string | undefined {
  try {
    const { statusLine } = JSON.parse(fs.readFileSync(file, 'utf8')) as { statusLine?: { type?: unknown; command?: unknown } };
    return statusLine?.type === 'command' && typeof statusLine.command === 'string' ? statusLine.command : undefined;
  } catch {
    return undefined;
  }
}
