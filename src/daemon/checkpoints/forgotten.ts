/** An agent that was removed, as a checkpoint of it knows it. */
import type { AgentSpec } from '../../core/agent.ts';
import type { Checkpoint } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Checkpoints } from './checkpoints.ts';

/** How it was started, with the values of its environment. @throws MuxwardError `refused` where they are not in this home */
export async function forgottenSpec(checkpoints: Checkpoints, { id, agent, definition, environment, environmentNames }: Checkpoint): Promise<AgentSpec> {
  if (environment === undefined && environmentNames.length > 0) {
    throw new MuxwardError('refused', `${agent} was removed, and ${id} came from elsewhere, without the values of its environment`, { hint: `spawn ${agent} again, and then: muxward rollback ${agent} ${id}` });
  }
  const [vault, { piecesOf }, { unseal }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/create.ts'), import('../../checkpoints/environment.ts')]);
  const pieces = piecesOf(vault, agent);
  const spec = JSON.parse((await pieces.get(definition)).toString()) as Omit<AgentSpec, 'env'>;
  return { ...spec, env: environment === undefined ? {} : unseal(vault.manifests.folder, await pieces.get(environment)) };
}
