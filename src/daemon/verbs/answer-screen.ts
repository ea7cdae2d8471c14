/** What a program asks whose screen alone tells, and the answer to it: keys that its template names, or a text that is typed. */
import { MuxwardError } from '../../core/errors.ts';
import type { AgentQuestion } from '../../core/question.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';
import { keysNow, refuseAtMenu } from './screen-now.ts';
import { typeText } from './terminal.ts';

export async function screenQuestion(daemon: Daemon, agent: ManagedAgent): Promise<AgentQuestion | null> {
  const { status, detail, at } = agent.activity;
  const { pane } = agent.record;
  const keys = status === 'waiting' && pane !== null ? await keysNow(daemon, agent, pane) : null;
  if (keys === null) return null;
  const { asksByMenu = false } = await daemon.typeOf(agent.spec.type);
  const ask = { text: '', options: Object.keys(keys), many: false, isFree: !asksByMenu };
  return { kind: 'dialog', tool: null, text: detail ?? '', asks: [ask], at };
}

/** Gives what was done in words. Whether the program took it shows in what it does next. @throws MuxwardError */
export async function answerScreen(daemon: Daemon, agent: ManagedAgent, pane: string, words: readonly string[]): Promise<string> {
  const { name, type } = agent.spec;
  const known = agent.activity.status === 'waiting' ? await keysNow(daemon, agent, pane) : null;
  if (known === null) throw new MuxwardError('failed', `${name} asks nothing now`, { hint: `muxward status ${name} says what it does` });
  const word = words.join(' ');
  if (word !== 'allow' && word !== 'deny') {
    await refuseAtMenu(daemon, agent, pane);
    await typeText(daemon, agent, pane, { text: word, submit: true });
    return `typed ${word}`;
  }
  const keys = known[word];
  if (keys === undefined) {
    throw new MuxwardError('usage', `the template of ${type} does not say how to ${word}`, { hint: `say it in the program's own words: muxward answer ${name} y` });
  }
  daemon.screens.typing(agent);
  await daemon.tmux.keys(pane, keys);
  return `pressed ${keys.join(' ')}`;
}
