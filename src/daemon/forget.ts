/** Forgets an agent that does not run: its session and run folder go, its log stays. */
import fs from 'node:fs';
import { runFolder, type HomePaths } from '../config/paths.ts';
import type { TmuxServer } from '../tmux/server.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';

export interface Forgetting {
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
}

export async function forget({ registry, tmux, paths }: Forgetting, agent: ManagedAgent): Promise<void> {
  await agent.draining;
  const { spec, record } = agent;
  if (record.pane !== null) await tmux.killSession(spec.name);
  fs.rmSync(runFolder(paths, spec.name), { recursive: true, force: true });
  registry.remove(agent);
}
