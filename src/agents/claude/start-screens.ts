/**
 * What Claude Code shows before its first hook: the dialog that somebody has to answer. The rules are data
 * (templates/claude-code/start.yaml) and are read when a start takes long.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { ScreenRule } from '../../config/terminals/screen-rule.ts';
import { readByRules, type ScreenFinding } from '../screen-rules.ts';
import type { TerminalLook } from '../styled-screen.ts';

/** @throws InvalidConfig where somebody broke the file. */
export async function loadStartScreens(installation: string): Promise<readonly ScreenRule[]> {
  const { readStartScreens } = await import('../../config/terminals/start-screens.ts');
  const file = path.join(installation, 'templates/claude-code/start.yaml');
  return readStartScreens(fs.readFileSync(file, 'utf8'), file);
}

/** The dialog on its screen; null where none is known. */
export function startFinding(rules: readonly ScreenRule[], look: TerminalLook): ScreenFinding | null {
  const found = readByRules(rules, 'start.yaml', look, true);
  return found.status === 'unknown' ? null : found;
}
