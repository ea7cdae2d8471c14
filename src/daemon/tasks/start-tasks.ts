/** Makes the queue of tasks out of the daemon's parts. */
import { findTranscript } from '../../agents/claude/transcript-path.ts';
import type { Store } from '../../store/store.ts';
import { ConversationReader } from '../claude/conversation-reader.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { TaskBook } from './task-book.ts';
import { Tasks, type TasksOptions } from './tasks.ts';

/** Entries at the end of a conversation among which its last words are looked for. */
const LAST_ENTRIES = 50;
const WORDS_MAX = 64 * 1024;

/** Nothing runs before its `start`. */
export function openTasks(options: Omit<TasksOptions, 'book' | 'lastWords'> & { readonly store: Store }): Tasks {
  const book = new TaskBook(options.store, options.registry);
  book.load();
  return new Tasks({ ...options, book, lastWords: (agent) => lastWords(options, agent) });
}

/** What an agent said last, where its conversation is written down. */
function lastWords({ headless, onError }: Pick<TasksOptions, 'headless' | 'onError'>, agent: ManagedAgent): string | null {
  const { spec, record } = agent;
  try {
    if (spec.headless) return headless.result(agent).text;
    const file = spec.type === 'claude-code' && record.sessionId !== null ? findTranscript(spec, record.sessionId) : undefined;
    if (file === undefined) return null;
    const said = new ConversationReader(file, LAST_ENTRIES).next().findLast(({ who, text, subagent }) => who === 'assistant' && subagent === null && text !== '');
    return said?.text.slice(0, WORDS_MAX) ?? null;
  } catch (error) {
    // The turn is over all the same.
    onError(`last words of ${spec.name}`, error);
    return null;
  }
}
