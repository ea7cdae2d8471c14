/** How a headless agent is started: muxward's driver in the pane, and Claude Code's print mode as its child. Pure. */
import path from 'node:path';
import type { AgentSpec } from '../../../core/agent.ts';
import type { LaunchContext } from '../../agent-type.ts';
import { PROMPT_FILE } from './status.ts';

const PRINT_MODE = [
  '-p',
  '--output-format', 'stream-json',
  '--input-format', 'stream-json',
  '--verbose',
  '--replay-user-messages',
  '--permission-prompt-tool', 'stdio',
] as const;

/** @param claude the program and what it is told in either mode */
export function headlessCommand(
  { exitWhenDone }: NonNullable<AgentSpec['headless']>,
  { installation, runFolder }: Pick<LaunchContext, 'installation' | 'runFolder'>,
  [program = '', ...words]: readonly string[],
): string[] {
  const driver = [process.execPath, path.join(installation, 'dist/headless.js'), runFolder];
  return [...driver, ...(exitWhenDone ? ['--exit-when-done'] : []), '--', program, ...PRINT_MODE, ...words];
}

/**
 * The file from which the driver takes the first prompt. Its id comes from the conversation's: given again after a start
 * that came to nothing, it is the same message to Claude Code.
 */
export function headlessPrompt(sessionId: string, prompt: string | null): Record<string, string> {
  return { [PROMPT_FILE]: JSON.stringify({ id: sessionId.replace(/.{12}$/, '000000000001'), text: prompt ?? '' }) };
}
