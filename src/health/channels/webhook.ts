/**
 * A webhook: the alert as JSON by POST. With a secret it is signed: `x-muxward-signature` is `sha256=` and the hexadecimal
 * HMAC-SHA256, by the secret, of `x-muxward-timestamp`, a dot, and the body. docs/alerts.md tells receivers how to check it.
 */
import type { Channel } from './channel.ts';
import { postJson } from './http-post.ts';
import { documentOf } from './wording.ts';

export function webhook(url: string, secret: string | null, now: () => Date): Channel {
  return {
    async send(telling, signal) {
      const body = JSON.stringify(documentOf(telling));
      return await postJson({ url, body, headers: secret === null ? {} : await signatureOf(body, secret, now()) }, signal);
    },
  };
}

async function signatureOf(body: string, secret: string, at: Date): Promise<Record<string, string>> {
  const { createHmac } = await import('node:crypto');
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-muxward-timestamp': timestamp, 'x-muxward-signature': `sha256=${signature}` };
}
