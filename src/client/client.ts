/** The typed client: one call for each route of core/protocol.ts. Starts no daemon and prints nothing. */
import type { Route, Routes } from '../core/protocol.ts';
import { requestBody, requestWhole, type RawRequest } from './http.ts';

type Takes<R extends Route> = Routes[R]['takes'];
type Gives<R extends Route> = Routes[R]['gives'];

export interface CallOptions {
  /** Values for `:name` and `:id` in the route's path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export class Client {
  readonly socketPath: string;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /** @throws DaemonUnreachable, or the MuxwardError that the daemon answered with. */
  async call<R extends Route>(route: R, takes: Takes<R>, options: CallOptions = {}): Promise<Gives<R>> {
    return JSON.parse((await this.raw(route, takes, options)).toString()) as Gives<R>;
  }

  /** The reply as the daemon wrote it: for passing JSON on without parsing it. */
  async raw<R extends Route>(route: R, takes: Takes<R>, options: CallOptions = {}): Promise<Buffer> {
    return await requestWhole(this.#request(route, takes, options));
  }

  /** The documents of a route that follows, as they come. */
  async *follow<R extends Route>(route: R, takes: Takes<R>, options: CallOptions = {}): AsyncGenerator<Gives<R>> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const piece of requestBody(this.#request(route, takes, options))) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as Gives<R>;
    }
  }

  #request<R extends Route>(route: R, takes: Takes<R>, options: CallOptions): RawRequest {
    const [method, template] = route.split(' ') as ['GET' | 'POST', string];
    const path = template.replaceAll(/:(\w+)/g, (_, key: string) => encodeURIComponent(options.path?.[key] ?? ''));
    const query = method === 'GET' && takes !== undefined ? `?q=${encodeURIComponent(JSON.stringify(takes))}` : '';
    return {
      socketPath: this.socketPath,
      method,
      path: path + query,
      ...(method === 'POST' ? { body: takes ?? {} } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    };
  }
}
