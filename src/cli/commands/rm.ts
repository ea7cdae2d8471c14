/** `rm`: forgets agents; asks first, because what is forgotten cannot be started again. */
import { act, nameThem } from '../act.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Agent } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Selector } from '../../core/selector.ts';
import { isLive } from '../../core/state.ts';
import { isTerminal } from '../output.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

interface RmOptions extends SelectorFlags {
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export const command = defineCommand<RmOptions>({
  arguments: '[names...]',
  options: [
    { flags: '-f, --force', about: 'end it first where it runs, and do not ask' },
    { flags: '--dry-run', about: 'say what would be forgotten, forget nothing' },
    ...SELECTOR_OPTIONS,
  ],
  notes: 'Without a terminal nobody can be asked: agents that run are then refused (status 6) unless --force is given.',
  examples: [
    { run: 'muxward rm crawler', about: 'asks, then forgets it' },
    { run: 'muxward rm --state terminated --force', about: 'all that have ended, without asking' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('rm', args, options);
    const dryRun = options.dryRun ?? false;
    const force = options.force === true || (!dryRun && (await mayEndThem(context, selector)));
    return await act(context, { action: 'remove', selector, force, dryRun }, `removing ${nameThem(selector)}`);
  },
});

/** Asks at a terminal. @returns whether agents that run may be ended. @throws MuxwardError `refused`. */
async function mayEndThem(context: Context, selector: Selector): Promise<boolean> {
  const { agents } = await context.daemon.call('GET /api/agents', selector);
  const live = agents.filter(({ state }) => isLive(state));
  if (agents.length === 0) return false;
  if (!isTerminal(0) || !isTerminal(2)) {
    if (live.length > 0) throw stillRuns(live);
    return false;
  }
  const { confirm } = await import('../confirm.ts');
  if (!(await confirm(question(agents, live)))) throw new MuxwardError('refused', 'nothing was forgotten', { hint: 'rm --force does not ask' });
  return live.length > 0;
}

function stillRuns(live: readonly Agent[]): MuxwardError {
  const names = live.map(({ name }) => name);
  return new MuxwardError('refused', `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''} still ${names.length === 1 ? 'runs' : 'run'}`, {
    hint: `stop first: muxward stop ${names[0]}; or end and forget: muxward rm --force ${names[0]}`,
  });
}

function question(agents: readonly Agent[], live: readonly Agent[]): string {
  const [only] = agents;
  const what = agents.length === 1 ? only?.name : `${agents.length} agents`;
  if (live.length === 0) return `Forget ${what}?`;
  return agents.length === 1 ? `${what} runs. End and forget it?` : `${live.length} of ${agents.length} agents run. End and forget them all?`;
}
