/**
 * The loss of the connection to tmux, and of the tmux server itself: told once, every agent on it marked at once, and
 * all brought back in turns, in the order in which they were created (which `up` makes the order of `depends_on`).
 * How one is ended and started again is lifecycle.ts.
 */
import { isLive } from '../../core/state.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import { Reconnect } from './reconnect.ts';
import { Turns } from './turns.ts';

export const SERVER_DIED = 'its tmux server died';

export interface TmuxLossOptions {
  readonly registry: Registry;
  readonly tmux: () => TmuxServer;
  readonly lifecycle: () => Lifecycle;
  readonly log: Log;
  /** The server whose sessions the records speak of; empty where that is not known. */
  readonly knownServer: string;
  /** Connected to this server. */
  readonly onConnected: (serverId: string) => void;
  /** Connected again: what happened meanwhile was not told. */
  readonly onBack: () => void;
}

export class TmuxLoss {
  readonly turns: Turns;
  readonly #options: TmuxLossOptions;
  readonly #reconnect: Reconnect;
  #known: string;
  /** A server other than the known one was met before agents were looked up: pick-up.ts judges them by it. */
  #lostBefore = false;
  #isPickedUp = false;

  constructor(options: TmuxLossOptions) {
    const { registry, tmux, log } = options;
    this.#options = options;
    this.#known = options.knownServer;
    this.#reconnect = new Reconnect({
      clock: registry.clock,
      connect: async () => {
        this.#noteDeath();
        await tmux().connect();
      },
      isConnected: () => tmux().connected,
      onFailing: (error) => {
        log.error('tmux cannot be reached; agents wait for it, and it is tried again at growing intervals', error);
        registry.emit('tmux.failed', null, { message: error instanceof Error ? error.message : String(error) });
      },
      onRestored: () => {
        log.info('tmux can be reached again');
        registry.emit('tmux.restored', null, {});
      },
    });
    this.turns = new Turns({ clock: registry.clock, tmuxIsUp: () => this.#reconnect.up() });
  }

  /** The server that the last daemon knew is gone, with all its sessions. */
  get lostBefore(): boolean {
    return this.#lostBefore;
  }

  /** The control client has ended; its server may live. */
  connectionLost(message: string): void {
    this.#options.log.warn('tmux', message);
    this.#noteDeath();
    this.#reconnect.lost();
  }

  connected(serverId: string): void {
    const isOther = this.#known !== '' && this.#known !== serverId;
    if (isOther && this.#isPickedUp) this.#serverLost();
    else if (isOther) this.#lostBefore = true;
    this.#known = serverId;
    this.#options.onConnected(serverId);
    if (this.#isPickedUp) this.#options.onBack();
    this.#reconnect.connected();
  }

  /** Could not connect when the daemon started: goes on trying. */
  keepTrying(): Promise<void> {
    return this.#reconnect.up();
  }

  /** From now on agents are as their records say. `lost` of them were found to be gone with their server. */
  pickedUp(lost: number): void {
    this.#isPickedUp = true;
    this.#lostBefore = false;
    if (lost > 0) this.#options.registry.emit('tmux.lost', null, { agents: lost });
  }

  stop(): void {
    this.#reconnect.stop();
  }

  /** A dead server is also lost where no new one can be started. */
  #noteDeath(): void {
    if (this.#isPickedUp && this.#options.tmux().isServerGone) this.#serverLost();
  }

  #serverLost(): void {
    if (this.#known === '') return;
    this.#known = '';
    const { registry } = this.#options;
    const had = registry.all().filter(({ record }) => record.pane !== null || record.process !== null);
    const lost = had.filter(({ record }) => isLive(record.state));
    if (lost.length > 0) registry.emit('tmux.lost', null, { agents: lost.length });
    for (const agent of had) this.lose(agent);
  }

  lose(agent: ManagedAgent): void {
    this.#options.registry.patch(agent, { pane: null, wrapper: null });
    this.#options.lifecycle().lost(agent, SERVER_DIED);
  }
}
