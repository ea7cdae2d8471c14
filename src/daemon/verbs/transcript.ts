/** `transcript`: what was said in an agent's conversation, now and as it goes on. */
import { findTranscript } from '../../agents/claude/transcript-path.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Routes } from '../../core/protocol.ts';
import type { TranscriptEntry } from '../../core/transcript.ts';
import { ConversationReader } from '../claude/conversation-reader.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';

/** Between two looks for what was added. */
const LOOK_EVERY_MS = 250;

/** The last entries; with `follow` for as long as the client listens, into the next conversation where `/clear` begins one. */
export async function* transcript(
  { registry }: Daemon,
  name: string,
  { limit, follow }: Routes['GET /api/agents/:name/transcript']['takes'],
  signal: AbortSignal,
): AsyncGenerator<TranscriptEntry> {
  const agent = registry.get(name);
  if (agent.spec.type !== 'claude-code') throw noConversation(agent);
  let reader = readerOf(agent, limit);
  if (reader) yield* reader.next().slice(-limit);
  let { sessionId } = agent.record;
  if (!follow) return;
  while (!signal.aborted) {
    await registry.until(() => false, LOOK_EVERY_MS, signal);
    if (reader === undefined || agent.record.sessionId !== sessionId) {
      ({ sessionId } = agent.record);
      reader = readerOf(agent, limit);
    }
    if (reader) yield* reader.next();
  }
}

function readerOf({ spec, record }: ManagedAgent, limit: number): ConversationReader | undefined {
  const file = record.sessionId === null ? undefined : findTranscript(spec, record.sessionId);
  return file === undefined ? undefined : new ConversationReader(file, limit);
}

function noConversation({ spec }: ManagedAgent): MuxwardError {
  return new MuxwardError('usage', `${spec.name} is a ${spec.type}, whose conversation is written down nowhere`, {
    hint: `what it printed: muxward logs ${spec.name}`,
  });
}
