/** `alerts`: what somebody should look at, who is told of it, and what keeps it quiet. */
import { defineSubcommand, type CommandGroup } from '../command.ts';
import type { Context } from '../context.ts';
import { daemonWent } from '../follow-agents.ts';
import type { Alert } from '../../core/alert.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { parseDuration } from '../../core/units.ts';
import type { Look } from '../render/look.ts';

interface AllOption {
  readonly all?: boolean;
}

interface ListOptions extends AllOption {
  readonly follow?: boolean;
}

const list = defineSubcommand<ListOptions>('what is open', {
  options: [
    { flags: '-a, --all', about: 'acknowledged ones too, and what is over' },
    { flags: '-f, --follow', about: 'stay, and show what is raised and what is over' },
  ],
  examples: [
    { run: 'muxward alerts list', about: 'what is open' },
    { run: 'muxward alerts list --all --json', about: 'all there ever was' },
  ],
  async run({ context, options }) {
    if (options.follow) return await follow(context);
    const reply = await context.daemon.call('GET /api/alerts', { all: options.all ?? false });
    if (context.json) return print(context, reply);
    const { renderAlerts } = await import('../render/alert-table.ts');
    context.out(renderAlerts(reply.alerts, await lookOf(context), { nowMs: Date.now(), all: options.all ?? false }));
    return EXIT.ok;
  },
});

async function follow(context: Context): Promise<number> {
  const { alertLine } = await import('../render/alert-table.ts');
  const look = await lookOf(context);
  for await (const alert of context.daemon.follow('GET /api/alerts/watch', undefined)) {
    context.out(context.json ? `${JSON.stringify(alert)}\n` : `${alertLine(alert, look, Date.now())}\n`);
  }
  throw daemonWent();
}

const show = defineSubcommand('one, and who was told of it', {
  arguments: '<id>',
  examples: [
    { run: 'muxward alerts show al_3f9c2d1b8a70', about: 'with every delivery' },
    { run: 'muxward alerts show al_3f9c2d1b8a70 --json', about: 'for a script' },
  ],
  async run({ context, args: [id = ''] }) {
    const reply = await context.daemon.call('GET /api/alerts/:id', undefined, { path: { id } });
    if (context.json) return print(context, reply);
    const { renderAlert } = await import('../render/alert-details.ts');
    context.out(renderAlert(reply.alert, reply.deliveries, await lookOf(context), Date.now()));
    return EXIT.ok;
  },
});

const ack = defineSubcommand<AllOption>('say that you have seen them', {
  arguments: '[ids...]',
  options: [{ flags: '-a, --all', about: 'all that are open' }],
  notes: 'Nobody is told further of an alert that is acknowledged. What it tells of may go on; when it is over, you are told.',
  examples: [
    { run: 'muxward alerts ack al_3f9c2d1b8a70', about: 'one' },
    { run: 'muxward alerts ack --all', about: 'all that are open' },
  ],
  async run({ context, args, options }) {
    const ids = options.all ? (await context.daemon.call('GET /api/alerts', { all: false })).alerts.map(({ id }) => id) : args;
    if (ids.length === 0 && !options.all) {
      throw new MuxwardError('usage', 'alerts ack: which alerts?', { hint: 'name their ids (muxward alerts list), or --all' });
    }
    const alerts: Alert[] = [];
    for (const id of ids) alerts.push(await context.daemon.call('POST /api/alerts/:id/ack', undefined, { path: { id } }));
    if (context.json) return print(context, { alerts });
    context.note(`${alerts.length} acknowledged`);
    return EXIT.ok;
  },
});

interface SilenceOptions {
  readonly rule?: string;
  readonly agent?: string;
  readonly for?: string;
  readonly end?: string;
}

const SILENT_FOR = '1h';

const silence = defineSubcommand<SilenceOptions>('tell nobody for a while', {
  options: [
    { flags: '--rule <name>', about: 'only alerts of that rule; a glob is several' },
    { flags: '--agent <name>', about: 'only alerts of that agent; a glob is several' },
    { flags: '--for <duration>', about: `how long (default: ${SILENT_FOR})` },
    { flags: '--end <id>', about: 'end a silence now' },
  ],
  notes: 'Alerts are still raised and listed. Without an option: the silences in force.',
  examples: [
    { run: "muxward alerts silence --agent 'api-*' --for 2h", about: 'while you work on them' },
    { run: 'muxward alerts silence', about: 'what is silent now' },
  ],
  async run({ context, options }) {
    if (options.end !== undefined) {
      const ended = await context.daemon.call('POST /api/alerts/silences/:id/end', undefined, { path: { id: options.end } });
      return context.json ? print(context, ended) : say(context, `${ended.id} ended`);
    }
    if (options.rule === undefined && options.agent === undefined && options.for === undefined) return await showSilences(context);
    if (options.agent !== undefined && !/[*?]/.test(options.agent)) checkName(options.agent);
    const forMs = parseDuration(options.for ?? SILENT_FOR, '--for');
    const made = await context.daemon.call('POST /api/alerts/silences', { rule: options.rule ?? null, agent: options.agent ?? null, forMs });
    if (context.json) return print(context, made);
    const { silenceLine } = await import('../render/alert-rules-table.ts');
    return say(context, `${silenceLine(made, Date.now())}; end it: muxward alerts silence --end ${made.id}`);
  },
});

async function showSilences(context: Context): Promise<number> {
  const { silences } = await context.daemon.call('GET /api/alerts/rules', undefined);
  if (context.json) return print(context, { silences });
  const { silenceLine } = await import('../render/alert-rules-table.ts');
  if (silences.length === 0) return say(context, "Nothing is silenced. Silence an agent: muxward alerts silence --agent NAME --for 1h");
  return say(context, silences.map((each) => silenceLine(each, Date.now())).join('\n'));
}

const test = defineSubcommand<{ readonly message?: string }>('send one through your channels, and see what they answer', {
  arguments: '[channel]',
  options: [{ flags: '-m, --message <text>', about: 'with words of yours' }],
  notes: 'Status 1 where a channel could not be told. Each is tried once. The alert is listed too, until you acknowledge it.',
  examples: [
    { run: 'muxward alerts test', about: 'through all channels' },
    { run: 'muxward alerts test ops -m "hello from muxward"', about: 'through one' },
  ],
  async run({ context, args: [channel], options }) {
    const message = options.message ?? 'a test: alerts reach you';
    const { withProgress } = await import('../render/progress.ts');
    const reply = await withProgress(context, 'telling channels', context.daemon.call('POST /api/alerts/test', { message, ...(channel === undefined ? {} : { channel }) }));
    const failed = reply.outcomes.some(({ ok }) => !ok);
    if (context.json) context.out(`${JSON.stringify({ ...reply.alert, outcomes: reply.outcomes })}\n`);
    else {
      const { renderTest } = await import('../render/alert-details.ts');
      context.out(renderTest(reply.alert, reply.outcomes, await lookOf(context)));
    }
    return failed ? EXIT.failed : EXIT.ok;
  },
});

const rules = defineSubcommand('what is watched for, and where it is told', {
  examples: [
    { run: 'muxward alerts rules', about: 'rules and channels, and where each comes from' },
    { run: 'muxward alerts rules --json', about: 'for a script' },
  ],
  notes: 'Rules of yours stand in config.yaml under alerts.rules, and in muxward.yaml under alerts of an agent.',
  async run({ context }) {
    const reply = await context.daemon.call('GET /api/alerts/rules', undefined);
    if (context.json) return print(context, reply);
    const { renderRules } = await import('../render/alert-rules-table.ts');
    context.out(renderRules(reply, await lookOf(context), Date.now()));
    return EXIT.ok;
  },
});

export const command: CommandGroup = { subcommands: { list, show, ack, silence, test, rules }, otherwise: 'list' };

async function lookOf(context: Context): Promise<Look> {
  const { createLook } = await import('../render/look.ts');
  return await createLook(context);
}

function print(context: Context, document: object): number {
  context.out(`${JSON.stringify(document)}\n`);
  return EXIT.ok;
}

function say(context: Context, text: string): number {
  context.out(`${text}\n`);
  return EXIT.ok;
}
