/** Puts the caller's terminal on an agent's session: attached, switched to, or nested in another tmux. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { EXIT, MuxwardError } from '../core/errors.ts';
import type { AttachReply } from '../core/protocol.ts';
import type { Context } from './context.ts';
import { isTerminal } from './output.ts';

export const WINDOWS = ['main', 'monitor', 'queue'] as const;
type AttachWindow = (typeof WINDOWS)[number];

export interface AttachSettings {
  readonly window: AttachWindow;
  readonly readOnly: boolean;
}

export type AttachPlan =
  | { readonly how: 'attach' | 'switch'; readonly args: readonly string[] }
  | { readonly how: 'nest'; readonly args: readonly string[]; readonly outerSocket: string };

/** Resolves when the user has detached, or at once where their own tmux client was switched. */
export async function attach(context: Context, name: string, { window, readOnly }: AttachSettings): Promise<number> {
  requireTerminal(name);
  const reply = await context.daemon.call('POST /api/agents/:name/attach', { window }, { path: { name } });
  const plan = planAttach(reply, readOnly, process.env['TMUX']);
  if (plan.how === 'nest') context.note(nestingNote(plan.outerSocket));
  const env = { ...process.env };
  if (plan.how === 'nest') delete env['TMUX'];
  const { status, error } = spawnSync('tmux', plan.args, { stdio: 'inherit', env });
  if (error) throw new MuxwardError('tmux', `tmux could not be run: ${error.message}`, { hint: 'is it on your PATH?', cause: error });
  return status === 0 ? EXIT.ok : EXIT.failed;
}

/** What to run, given the caller's `$TMUX` (`socket,pid,session`). */
export function planAttach(reply: AttachReply, readOnly: boolean, callerTmux: string | undefined): AttachPlan {
  const target = `=${reply.session}:${reply.windowIndex}`;
  const start = ['-S', reply.socket];
  const attachArgs = [...start, 'attach-session', ...(readOnly ? ['-r'] : []), '-t', target];
  if (!callerTmux) return { how: 'attach', args: attachArgs };
  const outerSocket = callerTmux.replace(/,[^,]*,[^,]*$/, '');
  if (isSameFile(outerSocket, reply.socket)) {
    return { how: 'switch', args: [...start, 'switch-client', ...(readOnly ? ['-r'] : []), '-t', target] };
  }
  return { how: 'nest', args: attachArgs, outerSocket };
}

/** @throws MuxwardError `usage` where nobody could type. */
export function requireTerminal(name: string): void {
  if (isTerminal(0) && isTerminal(1)) return;
  const agent = name === '' ? 'NAME' : name;
  throw new MuxwardError('usage', 'attach needs a terminal', {
    hint: `without one: muxward capture ${agent} (the screen now), muxward logs -f ${agent}, muxward send ${agent} TEXT`,
  });
}

/** The outer tmux takes its own prefix; where both have the same, it is pressed twice to reach the inner one. */
function nestingNote(outerSocket: string): string {
  const asked = spawnSync('tmux', ['-S', outerSocket, 'show-options', '-gv', 'prefix'], { encoding: 'utf8', timeout: 2000 });
  const outer = asked.status === 0 ? asked.stdout.trim() : 'C-b';
  return `tmux inside tmux: your own takes ${outer}; to detach from the agent, press ${outer === 'C-b' ? 'C-b C-b d' : 'C-b d'}`;
}

function isSameFile(a: string, b: string): boolean {
  if (a === b) return true;
  try {
    return fs.realpathSync(a) === fs.realpathSync(b);
  } catch {
    return false;
  }
}
