// Sends one message of the model, whole or as server-sent events, in the shapes of the Messages API.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestBody } from './conversation.ts';
import type { Script } from './directives.ts';

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

export interface Answer {
  readonly n: number;
  readonly body: RequestBody;
  readonly content: readonly Content[];
  readonly script: Script;
}

export async function sendMessage(response: ServerResponse, { n, body, content, script }: Answer): Promise<void> {
  const stop = { stop_reason: content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn', stop_sequence: null };
  const usage = {
    input_tokens: Math.ceil(JSON.stringify(body.messages).length / 4),
    output_tokens: Math.ceil(JSON.stringify(content).length / 4),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    ...script.usage,
  };
  const message = { id: `msg_${String(n).padStart(6, '0')}`, type: 'message', role: 'assistant', model: body.model };
  if (body.stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...message, ...stop, content, usage }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const emit = (type: string, data: object): void => void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  // As in the real API, the count that comes first is only a start value.
  const started = { ...usage, output_tokens: 1 };
  emit('message_start', { message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage: started } });
  for (const [index, block] of content.entries()) await emitBlock(emit, index, block, script);
  emit('message_delta', { delta: stop, usage });
  emit('message_stop', {});
  response.end();
}

async function emitBlock(emit: (type: string, data: object) => void, index: number, block: Content, { stream }: Script): Promise<void> {
  if (block.type === 'tool_use') {
    emit('content_block_start', { index, content_block: { ...block, input: {} } });
    emit('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) } });
  } else {
    emit('content_block_start', { index, content_block: { type: 'text', text: '' } });
    const length = Math.max(1, Math.ceil(block.text.length / stream.chunks));
    for (let at = 0; at < block.text.length; at += length) {
      emit('content_block_delta', { index, delta: { type: 'text_delta', text: block.text.slice(at, at + length) } });
      await sleep(stream.gapMs);
    }
  }
  emit('content_block_stop', { index });
}
