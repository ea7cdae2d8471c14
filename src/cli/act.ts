/** One action on the agents that a selector means: asks the daemon, tells each outcome, gives the exit status. */
import { EXIT, MuxwardError } from '../core/errors.ts';
import type { ActOutcome, ActRequest } from '../core/protocol.ts';
import type { Context } from './context.ts';
import { writeErr } from './output.ts';
import { withProgress } from './render/progress.ts';
import { renderError } from './report-error.ts';

/** `doing`: what is said while it takes its time, for example "stopping web". */
export async function act(context: Context, request: ActRequest, doing: string): Promise<number> {
  const reply = await withProgress(context, doing, context.daemon.call('POST /api/actions', request));
  const { outcomes } = reply;
  if (context.json) context.out(`${JSON.stringify(reply)}\n`);
  else for (const outcome of outcomes) await tell(context, outcome);
  if (outcomes.length === 0) context.note('No agent is like that: nothing was done.');
  return statusOf(outcomes);
}

/** 0 where all is as asked for; the error's own status where there was one agent; otherwise 1. */
export function statusOf(outcomes: readonly ActOutcome[]): number {
  const failed = outcomes.find(({ outcome }) => outcome === 'failed');
  if (failed === undefined) return EXIT.ok;
  if (outcomes.length > 1 || failed.error === undefined) return EXIT.failed;
  return MuxwardError.fromBody(failed.error).exitCode;
}

async function tell(context: Context, { name, outcome, detail, error }: ActOutcome): Promise<void> {
  const { safeLine } = await import('./render/safe-text.ts');
  if (outcome === 'failed') {
    const said = safeLine(error?.message ?? detail);
    const message = said.startsWith(`${name} `) || said.startsWith(`${name}:`) ? said : `${name}: ${said}`;
    const body = { code: error?.code ?? 'failed', message, ...(error?.hint === undefined ? {} : { hint: error.hint }) } as const;
    writeErr(renderError(body, context));
    return;
  }
  if (context.quiet) return;
  if (!context.terminal) return context.out(`${name}: ${safeLine(detail)}\n`);
  const { createPalette } = await import('./render/palette.ts');
  const { good, faint } = await createPalette(context.color);
  context.out(`${outcome === 'done' ? good('✔') : faint('○')} ${name}: ${safeLine(detail)}\n`);
}

/** "web", "web and 3 more", "all agents": for what is said while something is done. */
export function nameThem({ names, all }: ActRequest['selector']): string {
  const [first, ...more] = names ?? [];
  if (first === undefined) return all ? 'all agents' : 'agents';
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
