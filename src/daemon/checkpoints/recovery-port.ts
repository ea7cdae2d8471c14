/** Checkpoints as the ladder of recovery uses them: nothing of the agent runs meanwhile, and the ladder starts it. */
import type { Checkpoint } from '../../core/checkpoint.ts';
import type { Rollback } from '../recovery/rollback.ts';
import { rollBack, type RollBackOptions } from './roll-back.ts';

export function rollbackPort(options: RollBackOptions): Rollback {
  const { checkpoints } = options;
  return {
    async lastGood({ spec, record }) {
      if (checkpoints.isUnused) return null;
      const [vault, { glanceAt }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/verify.ts')]);
      // An agent of that name that was forgotten is another one.
      const isItsOwn = ({ isGood, agentId }: Checkpoint): boolean => isGood && agentId === record.id;
      for (const one of vault.manifests.list(spec.name).checkpoints.filter(isItsOwn)) if ((await glanceAt(vault, one)).length === 0) return one.id;
      return null;
    },
    async rollBack(agent, id) {
      const { manifests } = await checkpoints.vault();
      await rollBack(options, agent, manifests.get(id), 'both', 'within-recovery');
    },
  };
}
