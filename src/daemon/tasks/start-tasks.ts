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
/** It is written within some 0.1 s; a conversation that is not written down at all is not waited for longer. */
const LOOKS = 40;
const LOOK_EVERY_MS = 50;

/** Nothing runs before its `start`. */
export function openTasks(options: Omit<TasksOptions, 'book' | 'lastWords' | 'written'> & { readonly store: Store; readonly hooks: HookStream }): Tasks {
  const book = new TaskBook(options.store, options.registry);
  book.load();
  const said = new WeakMap<ManagedAgent, string>();
  // It tells that a turn has ended before the conversation with its last words is written down.
  options.hooks.subscribe((agent, { event, payload }) => {
    const words = payload['last_assistant_message'];
    if (event === 'UserPromptSubmit') said.delete(agent);
    if (event === 'Stop' && typeof words === 'string') said.set(agent, words);
  });
  const written = async (agent: ManagedAgent): Promise<void> => {
    const words = said.get(agent);
    if (words === undefined || words === '') return;
    const isWritten = (): boolean => {
      const there = wordsInConversation(options, agent);
      return there !== null && words.includes(there);
    };
    for (let look = 0; look < LOOKS && !isWritten(); look += 1) await new Promise<void>((resolve) => void options.registry.clock.after(LOOK_EVERY_MS, resolve));
  };
  return new Tasks({ ...options, book, written, lastWords: (agent) => (said.get(agent) ?? lastWords(options, agent))?.slice(0, WORDS_MAX) ?? null });
}

/** What an agent said last, where that is written down. */
function lastWords(options: Reading, agent: ManagedAgent): string | null {
  try {
    return agent.spec.headless ? options.headless.result(agent).text : wordsInConversation(options, agent);
  } catch (error) {
    // The turn is over all the same.
    options.onError(`last words of ${agent.spec.name}`, error);
    return null;
  }
}

function wordsInConversation({ onError }: Reading, { spec, record }: ManagedAgent): string | null {
  const file = spec.type === 'claude-code' && record.sessionId !== null ? findTranscript(spec, record.sessionId) : undefined;
  if (file === undefined) return null;
  try {
    const said = new ConversationReader(file, LAST_ENTRIES).next().findLast(({ who, text, subagent }) => who === 'assistant' && subagent === null && text !== '');
    return said?.text ?? null;
  } catch (error) {
    onError(`conversation of ${spec.name}`, error);
    return null;
  }
}

type Reading = Pick<TasksOptions, 'headless' | 'onError'>;
