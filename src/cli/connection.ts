/** The command line's way to the daemon: the typed client, which starts the daemon where there is none. */
import { Client, type CallOptions } from '../client/client.ts';
import { DaemonUnreachable } from '../client/http.ts';
import type { Route, Routes } from '../core/protocol.ts';

export class Connection {
  readonly #client: Client;
  readonly #start: (() => Promise<void>) | null;

  /** `start` is called when nobody answers; null: then the command fails with status 4. */
  constructor(socketPath: string, start: (() => Promise<void>) | null) {
    this.#client = new Client(socketPath);
    this.#start = start;
  }

  async call<R extends Route>(
    route: R,
    takes: Routes[R]['takes'],
    options: CallOptions = {},
  ): Promise<Routes[R]['gives']> {
    return await this.#retry(route, () => this.#client.call(route, takes, options));
  }

  /** The reply as the daemon wrote it. */
  async raw<R extends Route>(route: R, takes: Routes[R]['takes'], options: CallOptions = {}): Promise<Buffer> {
    return await this.#retry(route, () => this.#client.raw(route, takes, options));
  }

  /** The documents of a route that follows, as they come; ends when the daemon does. */
  async *follow<R extends Route>(
    route: R,
    takes: Routes[R]['takes'],
    options: CallOptions = {},
  ): AsyncGenerator<Routes[R]['gives']> {
    const [first, rest] = await this.#retry(route, async () => {
      const documents = this.#client.follow(route, takes, options);
      return [await documents.next(), documents] as const;
    });
    if (first.done) return;
    yield first.value;
    yield* rest;
  }

  async #retry<T>(route: Route, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      const mayAskAgain = isNobodyThere(error) || (route.startsWith('GET ') && hasJustGone(error));
      if (this.#start === null || !mayAskAgain) throw error;
    }
    await this.#start();
    return await attempt();
  }
}

/** A killed daemon's socket takes requests until the last of its threads is gone. What only reads can be asked of the next one. */
function hasJustGone(error: unknown): boolean {
  return codeOf(error) === 'ECONNRESET' || codeOf(error) === 'EPIPE';
}

/** True where no daemon listens, so that nothing of a request can have had an effect. */
export function isNobodyThere(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ECONNREFUSED';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof DaemonUnreachable ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
}
