/** `events`: the audit trail. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { daemonWent } from '../follow-agents.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName, printable } from '../../core/names.ts';
import type { Routes } from '../../core/protocol.ts';
import { parseTime } from '../time-option.ts';

const DEFAULT_LIMIT = 100;
/** More than are kept. */
const NO_LIMIT = 9_999_999;

interface EventsOptions {
  readonly follow?: boolean;
  readonly agent?: string;
  readonly since?: string;
  readonly limit?: string;
}

export const command = defineCommand<EventsOptions>({
  options: [
    { flags: '-f, --follow', about: 'stay, and show what happens' },
    { flags: '--agent <name>', about: 'only of that agent' },
    { flags: '--since <time>', about: 'from then on: 2030-01-31T12:00:00Z, or 10m for ten minutes ago' },
    { flags: '-n, --limit <n>', about: `at most so many, the newest (default: ${DEFAULT_LIMIT}; with --since all)` },
  ],
  examples: [
    { run: 'muxward events --agent crawler --since 1h', about: 'what happened to it' },
    { run: 'muxward events -f --json', about: 'one object a line, for a program' },
  ],
  async run({ context, options }) {
    const { follow = false } = options;
    const request = requestOf(options);
    const events = context.daemon.follow('GET /api/events', request);
    if (context.json && !follow) {
      const all: MuxwardEvent[] = [];
      for await (const event of events) all.push(event);
      context.out(`${JSON.stringify({ events: all })}\n`);
      return EXIT.ok;
    }
    for await (const event of events) context.out(context.json ? `${JSON.stringify(event)}\n` : await lineOf(context, event));
    if (follow) throw daemonWent();
    return EXIT.ok;
  },
});

function requestOf({ follow = false, agent, since, limit }: EventsOptions): Routes['GET /api/events']['takes'] {
  return {
    follow,
    limit: limit === undefined && since !== undefined ? NO_LIMIT : limitOf(limit),
    ...(agent === undefined ? {} : { agent: checkName(agent) }),
    ...(since === undefined ? {} : { since: new Date(parseTime(since, '--since', Date.now())).toISOString() }),
  };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new MuxwardError('usage', `--limit: "${printable(text)}" is no number of events`, { hint: 'a whole number, for example -n 20' });
}

async function lineOf(context: Context, event: MuxwardEvent): Promise<string> {
  const { eventLine } = await import('../render/event-line.ts');
  const { createPalette } = await import('../render/palette.ts');
  return `${eventLine(event, await createPalette(context.color), Date.now())}\n`;
}
