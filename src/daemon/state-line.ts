/** Tells tmux each agent's state, for the status line: `@muxward_state`, and `@muxward_waits` where it waits for the user. */
import type { EventHub } from './event-hub.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';
import type { TmuxServer } from '../tmux/server.ts';

/** Changes within this time go in one batch: spawning 200 agents is not slowed by 200 options. */
const BATCH_MS = 250;

export function showStates(hub: EventHub, registry: Registry, tmux: TmuxServer, onError: (error: unknown) => void): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const send = async (): Promise<void> => {
    timer = null;
    const names = [...changed];
    changed.clear();
    const options = names.flatMap((name) => {
      const agent = registry.find(name);
      if (agent && isBeingPlaced(agent)) later(name);
      if (!agent || agent.record.pane === null) return [];
      const { state } = agent.record;
      const waits = state === 'waiting' ? '1' : '0';
      return [
        { session: name, name: '@muxward_state', value: state },
        { session: name, name: '@muxward_waits', value: waits },
      ];
    });
    if (tmux.connected) await tmux.setSessionOptions(options);
  };
  const later = (name: string): void => {
    changed.add(name);
    timer ??= setTimeout(() => void send().catch(onError), BATCH_MS);
  };
  const unsubscribe = hub.on('agent.changed', ({ agent }) => {
    if (agent !== null) later(agent);
  });
  return () => {
    unsubscribe();
    if (timer) clearTimeout(timer);
  };
}

/** It starts or runs, and tmux has not said yet where. */
function isBeingPlaced({ record, cancelRestart }: ManagedAgent): boolean {
  return record.pane === null && (record.process !== null || (record.state === 'spawning' && cancelRestart === null));
}
