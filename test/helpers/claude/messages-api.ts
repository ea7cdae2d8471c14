// A stand-in for the Messages API on 127.0.0.1, for the real Claude Code to talk to. What it answers stands in the
// prompts (see directives.ts); what it was asked is kept, so that a test can say exactly what the model got.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../muxward-home.ts';
import { allTexts, fitting, newestTurn, type RequestBody } from './conversation.ts';
import { readScript, type Script } from './directives.ts';
import { sendMessage, type Content } from './send-message.ts';

/** One request for the model. */
export interface ModelRequest {
  /** From 1, in the order of arrival. */
  readonly n: number;
  readonly at: number;
  /** `side` is what Claude Code asks for itself: a title, a summary for its own use. */
  readonly kind: 'turn' | 'side';
  /** The newest prompt; several texts in one are joined by newlines. */
  readonly prompt: string;
  readonly texts: readonly string[];
  /** Answers of the model in this turn before this one. */
  readonly step: number;
  readonly body: RequestBody;
  readonly headers: IncomingMessage['headers'];
}

export class MessagesApi {
  readonly #server: Server;
  readonly #requests: ModelRequest[] = [];
  readonly #released = new Map<string, PromiseWithResolvers<void>>();
  readonly #errors = new Map<string, number>();
  /** When a usage limit ends, by the length that it was told to have: known once it is first met. */
  readonly #limits = new Map<number, number>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async listen(): Promise<MessagesApi> {
    const api = new MessagesApi();
    await new Promise<void>((listening) => api.#server.listen(0, '127.0.0.1', listening));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the model was asked in turns of the conversation, oldest first; `all` adds what Claude Code asks for itself. */
  requests(which: 'turns' | 'all' = 'turns'): readonly ModelRequest[] {
    return which === 'all' ? this.#requests : this.#requests.filter(({ kind }) => kind === 'turn');
  }

  /** The prompts of turns, each once however many requests it took. */
  prompts(): readonly string[] {
    return this.requests().flatMap(({ prompt, step }) => (step === 0 ? [prompt] : []));
  }

  /** Waits for a request of a turn, past ones included. */
  waitFor(test: (request: ModelRequest) => boolean, what: string, timeoutMs = 30_000): Promise<ModelRequest> {
    return eventually(() => this.requests().find(test), `the model was asked: ${what}`, timeoutMs);
  }

  /** Waits for a request in which that text stands anywhere in the conversation. */
  waitForText(text: string, timeoutMs?: number): Promise<ModelRequest> {
    return this.waitFor(({ body }) => allTexts(body).some((one) => one.includes(text)), text, timeoutMs);
  }

  /** Lets everything go on that `stub:hold NAME` holds, now and later. */
  release(name: string): void {
    this.#hold(name).resolve();
  }

  async close(): Promise<void> {
    for (const { resolve } of this.#released.values()) resolve();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #hold(name: string): PromiseWithResolvers<void> {
    const hold = this.#released.get(name) ?? Promise.withResolvers<void>();
    this.#released.set(name, hold);
    return hold;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'POST' || !path?.startsWith('/v1/messages')) {
      return void response.writeHead(request.method === 'HEAD' ? 200 : 404).end();
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as RequestBody;
    if (path.endsWith('/count_tokens')) return void response.end(JSON.stringify({ input_tokens: 100 }));
    const { texts, steps } = newestTurn(body);
    const schema = body.output_config?.format?.schema;
    const kind = schema === undefined && (body.tools ?? []).length > 0 ? 'turn' : 'side';
    const n = this.#requests.length + 1;
    const asked = { n, at: Date.now(), kind, prompt: texts.join('\n'), texts, step: steps, body, headers: request.headers } as const;
    this.#requests.push(asked);
    if (kind === 'turn') return this.#answer(asked, response);
    const text = schema === undefined ? 'ok' : JSON.stringify(fitting(schema));
    await sendMessage(response, { n, body, content: [{ type: 'text', text }], script: readScript('') });
  }

  async #answer({ n, prompt, step, body }: ModelRequest, response: ServerResponse): Promise<void> {
    const script = readScript(prompt);
    if (this.#fails(prompt, script, response)) return;
    const calls = script.steps[step];
    if (calls === undefined) {
      if (script.hold !== null) await this.#hold(script.hold).promise;
      await sleep(script.sleepMs);
    }
    const tools = (calls ?? []).map(({ name, input }, i): Content => ({ type: 'tool_use', id: `toolu_${n}_${i}`, name, input }));
    const text = calls === undefined ? script.say : `calling ${calls.map(({ name }) => name).join(', ')}`;
    await sendMessage(response, { n, body, content: [{ type: 'text', text }, ...tools], script });
  }

  #fails(prompt: string, { error, limitSeconds }: Script, response: ServerResponse): boolean {
    const limitedUntil = limitSeconds === null ? 0 : (this.#limits.get(limitSeconds) ?? Math.floor(Date.now() / 1000) + limitSeconds);
    if (limitSeconds !== null) this.#limits.set(limitSeconds, limitedUntil);
    if (Date.now() / 1000 < limitedUntil) {
      sendError(response, 429, {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        'anthropic-ratelimit-unified-reset': String(limitedUntil),
        'x-should-retry': 'false',
      });
      return true;
    }
    // A prompt after one that failed comes together with it.
    const key = prompt.slice(0, prompt.indexOf('stub:error'));
    const served = this.#errors.get(key) ?? 0;
    if (error === null || served >= error.times) return false;
    this.#errors.set(key, served + 1);
    sendError(response, error.status, {});
    return true;
  }
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function sendError(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  const error = { type: ERROR_TYPES[status] ?? 'api_error', message: `the stand-in was told to fail with ${status}` };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ type: 'error', error }));
}
