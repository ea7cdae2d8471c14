/** `wait`: until agents end (and then with their own exit status), or are ready, idle, healthy or in a state. */
import { defineCommand } from '../command.ts';
import type { Agent } from '../../core/agent.ts';
import { statusOfEnd } from '../../core/end.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable, suggest } from '../../core/names.ts';
import { WAIT_FOR } from '../../core/protocol.ts';
import { isRunning, STATES } from '../../core/state.ts';
import { formatDuration, parseDuration } from '../../core/units.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';

interface WaitOptions extends SelectorFlags {
  readonly for?: string;
  readonly timeout?: string;
}

export const command = defineCommand<WaitOptions>({
  arguments: '[names...]',
  options: [
    { flags: '--for <what>', about: `${WAIT_FOR.join(', ')} or a state (default: exit)` },
    { flags: '--timeout <duration>', about: 'give up after this long, with status 5' },
    ...SELECTOR_OPTIONS,
  ],
  notes: "The exit status is the agent's own (128+N for signal N); of several agents the first that is not 0.",
  examples: [
    { run: 'muxward wait build && echo built', about: 'its own exit status' },
    { run: 'muxward wait web --for healthy --timeout 30s', about: 'before something that needs it' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('wait', args, options);
    const goal = checkGoal(options.for ?? 'exit');
    const timeoutMs = options.timeout === undefined ? null : parseDuration(options.timeout, '--timeout');
    const reply = await context.daemon.call('POST /api/wait', { selector, for: goal, timeoutMs });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    if (reply.timedOut) throw timedOut(reply.agents, goal, timeoutMs ?? 0);
    if (!context.json && !context.quiet) for (const agent of reply.agents) context.out(await describe(agent));
    return statusOfWait(reply.agents, goal);
  },
});

/** Ends give their own status; for other goals an agent that can no longer reach it is a failure. */
export function statusOfWait(agents: readonly Agent[], goal: string): number {
  const statuses = agents.map((agent) => (goal === 'exit' ? statusOfExit(agent) : reached(agent, goal) ? EXIT.ok : EXIT.failed));
  return statuses.find((status) => status !== 0) ?? EXIT.ok;
}

function statusOfExit({ exit, state }: Agent): number {
  if (exit === null) return state === 'failed' ? EXIT.failed : EXIT.ok;
  return statusOfEnd(exit);
}

function reached({ state, health, activity }: Agent, goal: string): boolean {
  if (goal === 'ready') return isRunning(state);
  if (goal === 'healthy') return isRunning(state) && (health.status === 'healthy' || health.status === 'none');
  if (goal === 'idle') return isRunning(state) && (activity.status === 'idle' || activity.status === 'unknown');
  return state === goal;
}

async function describe({ name, state, reason }: Agent): Promise<string> {
  const { safeLine } = await import('../render/safe-text.ts');
  return `${name}: ${state}${reason === '' ? '' : `, ${safeLine(reason)}`}\n`;
}

function checkGoal(goal: string): string {
  const known = [...WAIT_FOR, ...STATES.filter((state) => state !== 'ready')];
  if (known.includes(goal as (typeof known)[number])) return goal;
  const near = suggest(goal, known);
  throw new MuxwardError('usage', `--for: "${printable(goal)}" cannot be waited for`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${known.join(', ')}`,
  });
}

function timedOut(agents: readonly Agent[], goal: string, timeoutMs: number): MuxwardError {
  const states = agents.map(({ name, state }) => `${name} is ${state}`).slice(0, 8).join(', ');
  const time = timeoutMs < 1000 ? `${timeoutMs} ms` : formatDuration(timeoutMs);
  return new MuxwardError('timeout', `still waiting for ${goal} after ${time}`, {
    hint: `${states === '' ? '' : `${states}; `}wait longer with --timeout, or look: muxward status`,
  });
}
