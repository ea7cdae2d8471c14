/** A conversation that the user names in the agent's own command: `-- claude --resume ID`. Pure. */
import type { AgentSpec } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** These choose one in ways that muxward could not follow. */
const UNKNOWABLE = ['--continue', '-c', '--session-id', '--fork-session', '--from-pr'];

/** The id, and the words of the command without it. @throws MuxwardError `usage` */
export function chosenConversation({ name }: Pick<AgentSpec, 'name'>, own: readonly string[]): { sessionId: string | null; words: string[] } {
  const unknowable = own.find((word) => UNKNOWABLE.some((flag) => word === flag || word.startsWith(`${flag}=`)));
  if (unknowable !== undefined) {
    throw new MuxwardError('usage', `${name}: ${unknowable} is muxward's to say, which has to know the conversation`, {
      hint: 'name one that is there: -- claude --resume ID',
    });
  }
  const at = own.findIndex((word) => /^(?:--resume|-r)(?:=|$)/.test(word));
  if (at === -1) return { sessionId: null, words: [...own] };
  const [, inline] = /^[^=]+=(.*)$/.exec(own[at] ?? '') ?? [];
  const sessionId = inline ?? own[at + 1] ?? '';
  if (!ID.test(sessionId)) {
    throw new MuxwardError('usage', `${name}: --resume needs the id of a conversation`, { hint: 'a UUID, as claude --resume shows them' });
  }
  return { sessionId, words: own.filter((_, i) => i !== at && (inline !== undefined || i !== at + 1)) };
}
