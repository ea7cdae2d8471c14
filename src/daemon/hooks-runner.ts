/** Runs the user's hooks when what they wait for happens. A hook that fails or hangs is noted and holds nothing up. */
import type { MuxwardEvent } from '../core/event.ts';
import type { HookSpec, HookTrigger } from '../core/hook.ts';
import { matchesGlob } from '../core/selector.ts';
import { runHook } from '../system/run-hook.ts';
import type { EventHub } from './event-hub.ts';
import type { Registry } from './registry.ts';

export interface HooksRunnerOptions {
  readonly hub: EventHub;
  readonly registry: Registry;
  readonly hooks: readonly HookSpec[];
  readonly env: Readonly<Record<string, string>>;
}

export function runHooks({ hub, registry, hooks, env }: HooksRunnerOptions): () => void {
  return hub.subscribe((event) => {
    const own = event.agent === null ? [] : (registry.find(event.agent)?.spec.hooks ?? []);
    for (const hook of [...hooks, ...own]) if (isMeant(hook, event)) void run(registry, hook, event, env);
  });
}

/** A state under `on:` means that the agent came into it. */
function isMeant(hook: HookSpec, event: MuxwardEvent): boolean {
  if (event.type === 'hook.failed') return false;
  if (hook.agents !== null && (event.agent === null || !matchesGlob(hook.agents, event.agent))) return false;
  const cameInto = event.type === 'agent.changed' && event.data.from !== event.data.to ? event.data.to : null;
  return hook.on.some((trigger: HookTrigger) => trigger === event.type || trigger === cameInto);
}

async function run(registry: Registry, hook: HookSpec, event: MuxwardEvent, env: HooksRunnerOptions['env']): Promise<void> {
  const outcome = await runHook({ command: hook.run, input: JSON.stringify(event), timeoutMs: hook.timeoutMs, env });
  if (outcome.ok) return;
  registry.emit('hook.failed', event.agent, { command: hook.run, message: outcome.message });
}
