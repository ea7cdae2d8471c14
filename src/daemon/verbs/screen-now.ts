/** What the screen of an agent asks at this moment, where that matters before something is pressed or typed. */
import type { AnswerKeys } from '../../config/terminals/screen-rule.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';

/** Enter behind a text that a menu does not read would take the choice that is marked: most often, yes. */
export async function refuseAtMenu(daemon: Daemon, agent: ManagedAgent, pane: string): Promise<void> {
  const { name, type } = agent.spec;
  const { asksByMenu = false } = await daemon.typeOf(type);
  if (!asksByMenu || (await keysNow(daemon, agent, pane)) === null) return;
  throw new MuxwardError('failed', `${name} shows a menu, which reads no text: Enter would take the choice that is marked`, {
    hint: `muxward answer ${name} allow, or deny; or look, and press a key of the menu: muxward capture ${name}; muxward keys ${name} 2`,
  });
}

/** Of the question that stands there at this moment: what was seen a second ago may have been answered since. */
export async function keysNow({ tmux, typeOf }: Daemon, agent: ManagedAgent, pane: string): Promise<AnswerKeys | null> {
  const [type, look] = await Promise.all([typeOf(agent.spec.type), tmux.look(pane)]);
  return type.answerKeys?.(look) ?? null;
}
