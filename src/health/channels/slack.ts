/** Slack, by an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
import type { Channel, Telling } from './channel.ts';
import { postJson } from './http-post.ts';
import { details, headline } from './wording.ts';

const SIGNS = { critical: ':red_circle:', warning: ':large_yellow_circle:', recovery: ':large_green_circle:' } as const;

export function slack(url: string): Channel {
  return { send: async (telling, signal) => await postJson({ url, body: JSON.stringify(messageOf(telling)) }, signal) };
}

/** The format of incoming webhooks. `text` is also what notifications show. */
function messageOf(telling: Telling): { text: string } {
  const sign = telling.kind === 'recovered' ? SIGNS.recovery : SIGNS[telling.alert.severity];
  return { text: `${sign} *${escaped(headline(telling))}*\n${details(telling).map(escaped).join('\n')}` };
}

/** Slack gives three characters a meaning; escaped, a text can neither link nor call people. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
