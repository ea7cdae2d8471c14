/** `answer`: what an agent asks, and the answer to it. */
import { claudeCode } from '../../agents/claude/launch.ts';
import { answerTo, questionFrom } from '../../agents/claude/permission.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Routes } from '../../core/protocol.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { answerScreen, screenQuestion } from './answer-screen.ts';
import type { Daemon } from './context.ts';
import { livePane } from './terminal.ts';

export async function question(daemon: Daemon, name: string): Promise<Routes['GET /api/agents/:name/question']['gives']> {
  const { agent, pane } = asking(daemon, name);
  if (agent.spec.headless) {
    const open = daemon.headless.question(agent);
    return { name: agent.spec.name, question: open && { ...questionFrom({ tool: open.tool, input: fields(open.input), at: '' }), at: null } };
  }
  if (agent.spec.type !== claudeCode.name) return { name: agent.spec.name, question: await screenQuestion(daemon, agent) };
  return { name: agent.spec.name, question: await daemon.answers.question(agent, pane) };
}

export async function answer(daemon: Daemon, name: string, words: readonly string[]): Promise<Routes['POST /api/agents/:name/answer']['gives']> {
  const { agent, pane } = asking(daemon, name);
  if (agent.spec.headless) return { name: agent.spec.name, answered: answerHeadless(daemon, agent, words) };
  if (agent.spec.type !== claudeCode.name) return { name: agent.spec.name, answered: await answerScreen(daemon, agent, pane, words) };
  const answered = await daemon.typist.alone(agent, () => daemon.answers.answer(agent, pane, words));
  return { name: agent.spec.name, answered };
}

/** Its driver takes the answer up by itself. */
function answerHeadless({ headless }: Daemon, agent: ManagedAgent, words: readonly string[]): string {
  const open = headless.question(agent);
  const { name } = agent.spec;
  if (open === null) throw new MuxwardError('failed', `${name} asks nothing now`, { hint: `muxward status ${name} says what it does` });
  const { said, answers } = answerTo({ tool: open.tool, input: fields(open.input), at: '' }, words);
  const [first, ...why] = words;
  headless.answer(agent, open.id, { allow: first !== 'deny', text: first === 'deny' ? why.join(' ') : '', ...(answers === undefined ? {} : { answers }) });
  return said;
}

function fields(input: unknown): Record<string, unknown> {
  return typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
}

function asking(daemon: Daemon, name: string): { agent: ManagedAgent; pane: string } {
  const agent = daemon.registry.get(name);
  if (agent.spec.type === claudeCode.name || agent.activity.source === 'screen') return { agent, pane: livePane(agent) };
  throw new MuxwardError('usage', `${agent.spec.name} is of type ${agent.spec.type}, whose questions muxward does not understand`, {
    hint: `type the answer: muxward send ${agent.spec.name} y`,
  });
}
