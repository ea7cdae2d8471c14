/**
 * Checkpoints in the daemon: what the vault needs to know of an agent, holding it still meanwhile, and telling of it in
 * events. The vault itself (git, hashes, compression) is loaded when it is first needed.
 */
import fs from 'node:fs';
import { findTranscript } from '../../agents/claude/transcript-path.ts';
import type { CheckpointRequest, Vault } from '../../checkpoints/create.ts';
import type { HomePaths } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import type { Checkpoint, CheckpointTrigger } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isRunning } from '../../core/state.ts';
import { makePrivateFolder } from '../../config/private-folder.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { Halts } from '../halts.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Marks } from '../marks.ts';
import { newId } from '../new-id.ts';
import type { Registry } from '../registry.ts';
import { whileHeld } from './hold.ts';
import type { Places } from './place-keeper.ts';

export interface CheckpointsOptions {
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  readonly marks: Marks;
  readonly halts: Halts;
  readonly paths: HomePaths;
  readonly settings: Settings['checkpoint'];
  readonly onError: (what: string, error: unknown) => void;
}

export interface Occasion {
  readonly trigger: CheckpointTrigger;
  readonly message: string | null;
  readonly ignored?: boolean;
  readonly onlyIfChanged?: boolean;
}

export class Checkpoints {
  readonly places: Places = { messages: null, tasks: null };
  /** Ids of those that are being gone back to: what else is made meanwhile removes none of them. */
  readonly targets = new Set<string>();
  readonly #options: CheckpointsOptions;
  #opening: Promise<Vault> | null = null;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** True where nothing was ever saved in this home: then nothing has to be loaded. */
  get isUnused(): boolean {
    return !fs.existsSync(this.#options.paths.checkpoints);
  }

  vault(): Promise<Vault> {
    const { paths, settings } = this.#options;
    return (this.#opening ??= import('../../checkpoints/create.ts').then(({ openVault }) => {
      makePrivateFolder(paths.checkpoints);
      return openVault(paths.checkpoints, paths.home, { maxFileBytes: settings.maxFileBytes, maxBytes: settings.maxNewBytes });
    }));
  }

  /** One piece of work on an agent's checkpoints at a time. */
  async inTurnOf<T>(agent: string, work: () => Promise<T>): Promise<T> {
    const { inTurn } = await import('../../checkpoints/in-turn.ts');
    return inTurn(`agent ${agent}`, work);
  }

  /** Null where nothing changed and that was asked for. @throws MuxwardError, told in an event too */
  create(agent: ManagedAgent, occasion: Occasion): Promise<Checkpoint | null> {
    return this.inTurnOf(agent.spec.name, async () => {
      const [vault, { createCheckpoint }] = await Promise.all([this.vault(), import('../../checkpoints/create.ts')]);
      return this.tell(agent, occasion.trigger, async () => {
        const request = await this.requestFor(agent, occasion);
        return whileHeld(agent, this.#options, () => createCheckpoint(vault, request));
      });
    });
  }

  /**
   * Before an agent is forgotten: where it has checkpoints, or works in a repository with a conversation of its own.
   * That it cannot be made is told in an event, and keeps nobody from forgetting. True where a checkpoint of it is there.
   */
  async beforeRemoval(agent: ManagedAgent): Promise<boolean> {
    const { name } = agent.spec;
    try {
      if (await this.#isWorthSaving(agent)) await this.create(agent, { trigger: 'remove', message: 'before it was removed', onlyIfChanged: true });
    } catch (error) {
      if (!(error instanceof MuxwardError)) this.#options.onError(`checkpoint of ${name}`, error);
    }
    return !this.isUnused && (await this.vault()).manifests.list(name).checkpoints.length > 0;
  }

  async #isWorthSaving({ spec, record }: ManagedAgent): Promise<boolean> {
    if (spec.checkpoint && (spec.checkpoint.everyMs ?? spec.checkpoint.turns) !== null) return true;
    if (!this.isUnused && (await this.vault()).manifests.list(spec.name).checkpoints.length > 0) return true;
    if (spec.type !== 'claude-code' || record.sessionId === null) return false;
    const { findRoot } = await import('../../checkpoints/find-root.ts');
    return (await findRoot(spec.cwd, this.#options.paths.home)).repository !== null;
  }

  /** Makes events of how it went, and prunes what has become too much. */
  async tell<T extends Checkpoint | null>(agent: ManagedAgent, trigger: CheckpointTrigger, make: () => Promise<T>): Promise<T> {
    const { registry } = this.#options;
    const { name } = agent.spec;
    try {
      const made = await make();
      if (made !== null) registry.emit('checkpoint.created', name, { id: made.id, trigger, bytes: made.bytes, notes: made.notes });
      if (made !== null && trigger !== 'rollback') await this.#retain(name);
      return made;
    } catch (error) {
      if (error instanceof MuxwardError) registry.emit('checkpoint.failed', name, { trigger, message: error.message });
      throw error;
    }
  }

  /** What goes into a checkpoint of the agent as it is now. */
  async requestFor(agent: ManagedAgent, { trigger, message, ignored = false, onlyIfChanged = false }: Occasion): Promise<CheckpointRequest> {
    const { spec, record } = agent;
    const { env, ...definition } = spec;
    const transcript = spec.type === 'claude-code' && record.sessionId !== null ? findTranscript(spec, record.sessionId) : undefined;
    return {
      id: newId('cp'),
      agent: spec.name,
      agentId: record.id,
      type: spec.type,
      state: record.state,
      isGood: trigger !== 'rollback' && isGood(agent),
      cwd: spec.cwd,
      umask: spec.umask,
      message,
      trigger,
      ignored,
      onlyIfChanged,
      transcript: transcript === undefined || record.sessionId === null ? null : { sessionId: record.sessionId, path: transcript },
      screen: await this.#screen(agent),
      definition,
      environment: env,
      cursor: this.places.messages?.placeOf(spec.name) ?? null,
      task: this.places.tasks?.placeOf(spec.name) ?? null,
    };
  }

  /** The agent stands in its messages and tasks where it did then. Gives how many messages are open again, and tasks held for that. */
  goTo({ agent, cursor, task }: Checkpoint): { readonly messagesReopened: number; readonly tasksHeld: number } {
    return {
      messagesReopened: cursor === null ? 0 : (this.places.messages?.goTo(agent, cursor) ?? 0),
      tasksHeld: task === null ? 0 : (this.places.tasks?.goTo(agent, task) ?? 0),
    };
  }

  /** Removes these of one agent. @throws MuxwardError */
  async remove(agent: string, checkpoints: readonly Checkpoint[]): Promise<number> {
    const [vault, { removeCheckpoints }] = await Promise.all([this.vault(), import('../../checkpoints/prune.ts')]);
    const { freedBytes } = await removeCheckpoints(vault, agent, checkpoints);
    if (checkpoints.length > 0) this.#options.registry.emit('checkpoint.pruned', agent, { count: checkpoints.length, freedBytes });
    return freedBytes;
  }

  /** What is beyond the settings goes; that it could not go is no fault of the checkpoint that was made. */
  async #retain(agent: string): Promise<void> {
    try {
      const [vault, { chooseToPrune }] = await Promise.all([this.vault(), import('../../checkpoints/prune.ts')]);
      const { checkpoints } = vault.manifests.list(agent);
      const old = chooseToPrune(checkpoints, this.#options.settings.retention, Date.now());
      await this.remove(agent, old.filter(({ id }) => !this.targets.has(id)));
    } catch (error) {
      this.#options.onError(`pruning checkpoints of ${agent}`, error);
    }
  }

  async #screen({ record }: ManagedAgent): Promise<string | null> {
    if (record.pane === null) return null;
    try {
      return (await this.#options.tmux.screen(record.pane)).text;
    } catch {
      // It closed at the same moment: a checkpoint does without.
      return null;
    }
  }
}

/** It ran and was not unhealthy, or had ended as it should. */
function isGood({ record, health }: ManagedAgent): boolean {
  if (record.state === 'created' || record.state === 'terminated') return true;
  return isRunning(record.state) && (health.status === 'healthy' || health.status === 'none');
}
