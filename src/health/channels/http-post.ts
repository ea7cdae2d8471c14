/** One POST of a JSON document. Redirects are not followed, and of the answer no more than its beginning is read. */
import { ChannelFailure } from './channel.ts';
import { plainLine } from './wording.ts';

const MAX_ANSWER_BYTES = 2000;

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Resolves with the status and the beginning of the answer. @throws ChannelFailure, in which the URL does not stand */
export async function postJson({ url, body, headers = {} }: Post, signal: AbortSignal): Promise<string> {
  const address = new URL(url);
  // Only now: https takes 3 MB, which a daemon that tells nobody need not have.
  const { request } = address.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new ChannelFailure(signal.aborted ? 'no answer in time' : whyNot(error, address)));
    const sent = request(address, { method: 'POST', signal, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'user-agent': 'muxward', ...headers } });
    sent.on('error', fail);
    sent.on('response', (answer) => {
      let said = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => (said = (said + piece).slice(0, MAX_ANSWER_BYTES)));
      answer.on('error', fail);
      answer.on('end', () => {
        const { statusCode = 0 } = answer;
        const words = `${statusCode}${said.trim() === '' ? '' : `: ${plainLine(said).slice(0, 120)}`}`;
        if (statusCode >= 200 && statusCode < 300) resolve(`answered ${words}`);
        else reject(new ChannelFailure(`${address.host} answered ${words}`));
      });
    });
    sent.end(body);
  });
}

/** By its code: a message of Node's may hold the address with all that is secret in it. */
function whyNot(error: NodeJS.ErrnoException, { host }: URL): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `${host} refuses the connection`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no address is known of ${host}`;
    case 'ECONNRESET':
      return `${host} closed the connection`;
    default:
      return `${host} cannot be reached (${error.code ?? error.name})`;
  }
}
