/** `worker`: any command, run as it is. */
import { MuxwardError } from '../core/errors.ts';
import { NOTHING_MORE, type AgentType } from './agent-type.ts';

export const worker: AgentType = {
  name: 'worker',
  summary: 'any command',
  sideWindow: 'queue',
  plan(spec) {
    if (spec.command.length === 0) {
      throw new MuxwardError('usage', `${spec.name}: a worker needs a command`, {
        hint: `muxward spawn ${spec.name} -- COMMAND [ARG]…`,
      });
    }
    return { ...NOTHING_MORE, argv: spec.command };
  },
};
