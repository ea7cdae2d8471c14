/**
 * The first look of a new daemon at all agents: with tmux where it can be reached, and once more as soon as it can be
 * where not; after a reboot, the agents that the installed service has to bring back. One agent's fate is pick-up.ts.
 */
import fs from 'node:fs';
import type { HomePaths } from '../config/paths.ts';
import { isLive } from '../core/state.ts';
import { bootId } from '../system/process-table.ts';
import type { LastRun } from './last-run.ts';
import type { ManagedAgent } from './managed-agent.ts';
import { pickUp, type PickUpOptions } from './pick-up.ts';
import type { TmuxLoss } from './tmux-loss/tmux-loss.ts';

const LOOK_AGAIN_MS = 1000;

type PickUpAllOptions = Omit<PickUpOptions, 'rebooted' | 'serverDied'> & {
  readonly tmuxLoss: TmuxLoss;
  /** What the daemon before this one noted. */
  readonly lastRun: LastRun | null;
};

export async function pickUpAll(options: PickUpAllOptions): Promise<void> {
  const { registry, tmux, tmuxLoss, lastRun, log } = options;
  const rebooted = lastRun !== null && lastRun.bootId !== bootId();
  await tmux.connect().catch((error: unknown) => log.warn('tmux cannot be reached; agents that run are looked after without it', error));
  const found = await pickUp({ ...options, rebooted, serverDied: tmuxLoss.lostBefore }, registry.all());
  tmuxLoss.pickedUp(found.lost.length);
  if (rebooted) afterReboot(options, found.rebooted);
  if (!tmux.connected || found.unknown.length > 0) lookAgain(options, found.unknown);
}

/** At those of which nothing could be known without tmux, once it answers. */
function lookAgain(options: PickUpAllOptions, unknown: readonly ManagedAgent[]): void {
  const { tmuxLoss, registry, log } = options;
  const generations = new Map(unknown.map((agent) => [agent, agent.record.generation]));
  const look = async (): Promise<void> => {
    await tmuxLoss.keepTrying();
    const still = unknown.filter((agent) => isOpen(agent) && agent.record.generation === generations.get(agent));
    const found = await pickUp({ ...options, rebooted: false, serverDied: false }, still);
    if (found.unknown.some(isOpen)) registry.clock.after(LOOK_AGAIN_MS, run);
  };
  const run = (): void => void look().catch((error: unknown) => log.warn('pick up', error));
  run();
}

/** Neither found nor given up yet. */
function isOpen({ record, cancelRestart }: ManagedAgent): boolean {
  return isLive(record.state) && record.process === null && cancelRestart === null;
}

function afterReboot({ registry, lifecycle, paths, log }: PickUpAllOptions, agents: readonly ManagedAgent[]): void {
  if (agents.length === 0) return;
  const broughtBack = isService(paths) ? agents.filter(({ spec }) => spec.restart.policy !== 'no') : [];
  log.info(`the machine was started anew: ${agents.length} agents ran before, ${broughtBack.length} of them are brought back`);
  registry.emit('machine.rebooted', null, { agents: agents.length, broughtBack: broughtBack.length });
  for (const agent of broughtBack) lifecycle.bringBack(agent, 'comes back after the reboot');
}

/** `daemon install` was made for this home, and the file that it wrote is still there. */
function isService(paths: HomePaths): boolean {
  try {
    return fs.existsSync(fs.readFileSync(paths.service, 'utf8').trim());
  } catch {
    return false;
  }
}
