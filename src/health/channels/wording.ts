/** An alert in words for people, and as the document that programs get. Texts of agents are data: nothing in them moves a cursor. */
import type { Telling } from './channel.ts';

// Control characters, and the marks that reverse the direction of what follows.
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const HARMFUL = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]+/g;

const MAX_LENGTH = 500;

/** One line of plain text. */
export function plainLine(text: string): string {
  const plain = text.replaceAll(HARMFUL, ' ').trim();
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH - 1)}…` : plain;
}

/** `critical: web failed: exit 1`. */
export function headline({ kind, alert }: Telling): string {
  const said = plainLine(alert.message);
  switch (kind) {
    case 'raised':
      return `${alert.severity}: ${said}`;
    case 'recovered':
      return `recovery: ${said}`;
    case 'escalated':
      return `still ${alert.severity}, and nobody acknowledged: ${said}`;
    case 'test':
      return `test: ${said}`;
  }
}

/** What stands below the headline, a line each. */
export function details({ alert, home, host }: Telling): string[] {
  return [
    `rule ${plainLine(alert.rule)}, since ${alert.at}${alert.count > 1 ? `, ${alert.count} times` : ''}`,
    `muxward on ${host}, home ${home}`,
    ...(alert.closedAt === null ? [`seen it? muxward alerts ack ${alert.id}`] : []),
  ];
}

/** What a webhook and a command get. Fields are only ever added. */
export function documentOf({ kind, alert, home, host }: Telling): Readonly<Record<string, unknown>> {
  return { kind, alert, home, host };
}
