/** Tells tmux each agent's state, for the status line: `@muxward_state`, and `@muxward_waits` where it waits for the user. */
import type { EventHub } from './event-hub.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';
import type { TmuxServer } from '../tmux/server.ts';

/** Changes within this time go in one batch: spawning 200 agents is not slowed by 200 options. */
const BATCH_MS = 250;

export interface StateLineOptions {
  readonly hub: EventHub;
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  /** Resolves once tmux has said where the agent is. */
  readonly placed: (agent: ManagedAgent) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export function showStates({ hub, registry, tmux, placed, onError }: StateLineOptions): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const send = async (): Promise<void> => {
    timer = null;
    const names = [...changed];
    changed.clear();
    const agents = names.flatMap((name) => registry.find(name) ?? []);
    await Promise.all(agents.map(placed));
    const options = agents.flatMap(({ spec: { name }, record: { pane, state } }) => {
      if (pane === null) return [];
      const waits = state === 'waiting' ? '1' : '0';
      return [
        { session: name, name: '@muxward_state', value: state },
        { session: name, name: '@muxward_waits', value: waits },
      ];
    });
    if (tmux.connected) await tmux.setSessionOptions(options);
  };
  const unsubscribe = hub.on('agent.changed', ({ agent }) => {
    if (agent !== null) changed.add(agent);
    timer ??= setTimeout(() => void send().catch(onError), BATCH_MS);
  });
  return () => {
    unsubscribe();
    if (timer) clearTimeout(timer);
  };
}
