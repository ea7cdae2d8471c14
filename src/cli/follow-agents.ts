/** The state of agents as it changes, for the live views. */
import { MuxwardError } from '../core/errors.ts';
import type { StatusReply } from '../core/protocol.ts';
import type { Selector } from '../core/selector.ts';
import type { Context } from './context.ts';

/** Never ends by itself. @throws MuxwardError `unreachable` when the daemon goes. */
export async function* followAgents(context: Context, selector: Selector): AsyncGenerator<StatusReply> {
  yield* context.daemon.follow('GET /api/agents/watch', selector);
  throw daemonWent();
}

/** The daemon closed a connection that was to stay open. */
export function daemonWent(): MuxwardError {
  return new MuxwardError('unreachable', 'the daemon has ended', {
    hint: 'agents go on without it; any command starts it again, for example muxward status',
  });
}
