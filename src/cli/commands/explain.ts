/** `explain`: what an agent does, who said so and when, and what was said before. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Witness } from '../../core/activity.ts';
import type { AgentDetails } from '../../core/agent.ts';
import { EXIT } from '../../core/errors.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { checkName } from '../../core/names.ts';

type Heard = Extract<MuxwardEvent, { type: 'agent.activity' }>;

/** Of the agent's last events, so many are looked through. */
const LOOKED_THROUGH = 500;
const SHOWN = 10;

export const command = defineCommand({
  arguments: '<name>',
  notes: 'Which evidence decides what is told in docs/claude-code.md.',
  examples: [
    { run: 'muxward explain coder', about: 'why it counts as working' },
    { run: 'muxward explain coder --json | jq .activity', about: 'for a script' },
  ],
  async run({ context, args: [name = ''] }) {
    checkName(name);
    const agent = await context.daemon.call('GET /api/agents/:name', undefined, { path: { name } });
    const heard = await heardOf(context, name);
    if (context.json) context.out(`${JSON.stringify({ name, state: agent.state, reason: agent.reason, activity: agent.activity, witnesses: agent.witnesses, before: heard })}\n`);
    else context.out(await render(agent, heard));
    return EXIT.ok;
  },
});

/** What it was known to do, newest first. */
async function heardOf(context: Context, name: string): Promise<{ at: string; status: string; detail: string | null; evidence: string }[]> {
  const heard: Heard[] = [];
  for await (const event of context.daemon.follow('GET /api/events', { agent: name, limit: LOOKED_THROUGH, follow: false })) {
    if (event.type === 'agent.activity') heard.push(event);
  }
  return heard.slice(-SHOWN).reverse().map(({ at, data }) => ({ at, ...data }));
}

async function render(agent: AgentDetails, heard: Awaited<ReturnType<typeof heardOf>>): Promise<string> {
  const { safeLine } = await import('../render/safe-text.ts');
  const { ago } = await import('../render/agent-cells.ts');
  const { status, detail, evidence, at, source, line } = agent.activity;
  const nowMs = Date.now();
  const age = (time: string | null): string => (time === null ? '' : `, ${ago(time, nowMs)} ago`);
  const what = (said: { status: string; detail?: string | null }): string => safeLine(said.detail ? `${said.status}: ${said.detail}` : said.status);
  const lines = [
    `${agent.name} is ${agent.state}: ${safeLine(agent.reason)}`,
    `activity  ${what({ status, detail: detail ?? null })}`,
    `evidence  ${safeLine(evidence)}${age(at)}${source === undefined ? '' : ` (source: ${source})`}`,
    ...(typeof line === 'string' ? [`shows     ${safeLine(line)}`] : []),
  ];
  const saidBy = ({ source: who, says, evidence: shown, at: since }: Witness): string =>
    ({
      title: `its title says ${says} (${safeLine(shown)})`,
      session: `its session file says ${says}${shown === '' ? '' : ` (${safeLine(shown)})`}${age(since)}`,
      version: `it is version ${safeLine(says)}, and ${shown}: it may be misread`,
    })[who];
  const others = agent.witnesses.map((witness) => `${witness.agrees ? 'agrees    ' : 'DIFFERS   '}${saidBy(witness)}`);
  const before = heard.map((each) => `  ${each.at}  ${what(each)}  (${safeLine(each.evidence)})`);
  return `${[...lines, ...others, ...(before.length === 0 ? [] : ['', 'before, newest first', ...before])].join('\n')}\n`;
}
