/** `alerts`: what somebody should look at. */
import { defineSubcommand, type CommandGroup } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import type { Alert } from '../../core/protocol.ts';

interface AllOption {
  readonly all?: boolean;
}

const list = defineSubcommand<AllOption>('what is open', {
  options: [{ flags: '-a, --all', about: 'acknowledged ones too' }],
  examples: [
    { run: 'muxward alerts list', about: 'what is open' },
    { run: 'muxward alerts list --all --json', about: 'all there ever was' },
  ],
  async run({ context, options }) {
    const reply = await context.daemon.call('GET /api/alerts', { all: options.all ?? false });
    context.out(context.json ? `${JSON.stringify(reply)}\n` : await render(context, reply.alerts));
    return EXIT.ok;
  },
});

const ack = defineSubcommand<AllOption>('say that you have seen them', {
  arguments: '[ids...]',
  options: [{ flags: '-a, --all', about: 'all that are open' }],
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
    if (context.json) context.out(`${JSON.stringify({ alerts })}\n`);
    else context.note(`${alerts.length} acknowledged`);
    return EXIT.ok;
  },
});

const test = defineSubcommand('raise one, to see whether it reaches you', {
  arguments: '[message]',
  examples: [
    { run: 'muxward alerts test', about: 'raises one' },
    { run: 'muxward alerts test "hello from muxward"', about: 'with words of yours' },
  ],
  async run({ context, args: [message = 'a test: alerts reach you'] }) {
    const alert = await context.daemon.call('POST /api/alerts', { severity: 'warning', agent: null, message });
    context.out(context.json ? `${JSON.stringify(alert)}\n` : `${alert.id} raised; acknowledge it: muxward alerts ack ${alert.id}\n`);
    return EXIT.ok;
  },
});

export const command: CommandGroup = { subcommands: { list, ack, test }, otherwise: 'list' };

async function render(context: Context, alerts: readonly Alert[]): Promise<string> {
  const { createLook } = await import('../render/look.ts');
  const { renderAlerts } = await import('../render/alert-table.ts');
  return renderAlerts(alerts, await createLook(context), Date.now());
}
