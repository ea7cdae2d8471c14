/** Types the first prompt of a program that takes none as argument, once its screen shows that it listens. */
import type { LaunchPlan } from '../agents/agent-type.ts';
import { MuxwardError } from '../core/errors.ts';
import type { TmuxServer } from '../tmux/server.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';

const LOOKS = 100;
const LOOK_EVERY_MS = 100;

/** Nothing is typed where its process ends meanwhile. @throws MuxwardError `timeout` where it never listens */
export async function typeFirstPrompt({ registry, tmux }: { readonly registry: Registry; readonly tmux: TmuxServer }, agent: ManagedAgent, { text, ready }: NonNullable<LaunchPlan['typed']>): Promise<void> {
  const { generation } = agent.record;
  for (let look = 0; look < LOOKS; look += 1) {
    if (agent.record.pane === null || agent.record.generation !== generation) return;
    const { text: screen } = await tmux.screen(agent.record.pane);
    if (ready.test(screen)) {
      await tmux.paste(agent.record.pane, text);
      await tmux.keys(agent.record.pane, ['Enter']);
      return;
    }
    await registry.until(() => agent.record.generation !== generation, LOOK_EVERY_MS);
  }
  throw new MuxwardError('timeout', `${agent.spec.name}: its screen never showed ${ready.source}`, {
    hint: `the prompt was not typed; look: muxward capture ${agent.spec.name}`,
  });
}
