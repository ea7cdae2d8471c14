/** Makes the queue of tasks out of the daemon's parts. */
import { findTranscript } from '../../agents/claude/transcript-path.ts';
import type { Store } from '../../store/store.ts';
import { ConversationReader } from '../claude/conversation-reader.ts';
import type { HookStream } from '../claude/hook-stream.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { TaskBook } from './task-book.ts';
import { Tasks, type TasksOptions } from './tasks.ts';

/** Entries at the end of a conversation among which its last words are looked for. */
const LAST_ENTRIES = 50;
const WORDS_MAX = 64 * 1024;

/** Nothing runs before its `start`. */
export function openTasks(options: Omit<TasksOptions, 'book' | 'lastWords'> & { readonly store: Store; readonly hooks: HookStream }): Tasks {
  const book = new TaskBook(options.store, options.registry);
  book.load();
  const said = new WeakMap<ManagedAgent, string>();
  // It tells that a turn has ended before the conversation with its last words is written down.
  options.hooks.subscribe((agent, { event, payload }) => {
    const words = payload['last_assistant_message'];
    if (event === 'UserPromptSubmit') said.delete(agent);
    if (event === 'Stop' && typeof words === 'string') said.set(agent, words);
  });
  return new Tasks({ ...options, book, lastWords: (agent) => (said.get(agent) ?? lastWords(options, agent))?.slice(0, WORDS_MAX) ?? null });
}

/** What an agent said last, where its conversation is written down. */
function lastWords({ headless, onError }: Pick<TasksOptions, 'headless' | 'onError'>, agent: ManagedAgent): string | null {
  const { spec, record } = agent;
  try {
    if (spec.headless) return headless.result(agent).text;
    const file = spec.type === 'claude-code' && record.sessionId !== null ? findTranscript(spec, record.sessionId) : undefined;
    if (file === undefined) return null;
    const said = new ConversationReader(file, LAST_ENTRIES).next().findLast(({ who, text, subagent }) => who === 'assistant' && subagent === null && text !== '');
    return said?.text ?? null;
  } catch (error) {
    // The turn is over all the same.
    onError(`last words of ${spec.name}`, error);
    return null;
  }
}
