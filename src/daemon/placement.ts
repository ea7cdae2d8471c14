/**
 * Has tmux start agents, each in a session of its own or in the pane it had, and notes where each is. Before that, and
 * what comes of it, is launcher.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { identify } from '../system/identity.ts';
import type { LaunchOutcome, LaunchRequest } from '../tmux/launch-commands.ts';
import type { Pane } from '../tmux/pane.ts';
import type { TmuxServer } from '../tmux/server.ts';
import type { ManagedAgent } from './managed-agent.ts';
import { effectiveSpec } from './recovery/effective-spec.ts';
import type { Registry } from './registry.ts';
import type { Rush } from './rush.ts';

export interface PlacementOptions {
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  readonly rush: Rush;
  /** Where `bin/`, `scripts/` and `templates/` are. */
  readonly installation: string;
  /** A start that cannot come to anything: it is ended as any other end would be. */
  readonly onFailure: (agent: ManagedAgent, generation: number, failure: LaunchFailure) => void;
}

/** `passing`: the machine or tmux is short of something now, so that another try may do. */
export interface LaunchFailure {
  readonly passing: boolean;
  readonly message: string;
}

export interface Start {
  readonly agent: ManagedAgent;
  readonly generation: number;
}

export class Placement {
  readonly #options: PlacementOptions;
  readonly #wrapper: string;
  /** tmux's answer to the last start of each. */
  readonly #asked = new WeakMap<ManagedAgent, Promise<void>>();

  constructor(options: PlacementOptions) {
    this.#options = options;
    this.#wrapper = path.join(options.installation, 'scripts/agent-wrapper.sh');
  }

  /** Resolves when tmux has answered for all. Those that it refused are told to `onFailure`. */
  async place(starts: readonly Start[]): Promise<void> {
    this.#options.rush.begin(starts.map(({ agent }) => agent.spec.name));
    const asked = this.#askTmux(starts);
    for (const { agent } of starts) this.#asked.set(agent, asked);
    await asked;
  }

  /** Resolves once tmux has said where the agent's last start is. */
  async placed(agent: ManagedAgent): Promise<void> {
    await this.#asked.get(agent);
  }

  async #askTmux(starts: readonly Start[]): Promise<void> {
    const { registry, rush, onFailure } = this.#options;
    for (const { agent } of starts) await agent.draining;
    const outcomes = await this.#launchAll(starts);
    for (const [i, outcome] of outcomes.entries()) {
      const { agent, generation } = starts[i] as Start;
      if (outcome.ok) registry.patch(agent, { pane: outcome.pane, wrapper: identify(outcome.pid) });
      else {
        rush.settled(agent.spec.name);
        onFailure(agent, generation, whyTmuxRefused(agent.spec.name, outcome.message));
      }
    }
  }

  async #launchAll(starts: readonly Start[]): Promise<readonly LaunchOutcome[]> {
    const { tmux } = this.#options;
    try {
      return await tmux.launch(await this.#requests(starts));
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      return starts.map(() => ({ ok: false, message: error.message }));
    }
  }

  async #requests(starts: readonly Start[]): Promise<LaunchRequest[]> {
    const { tmux } = this.#options;
    const mayBeThere = ({ agent, generation }: Start): boolean => agent.record.pane !== null || generation > 1;
    const known = starts.some(mayBeThere) ? await tmux.panes() : [];
    return starts.map((start) => {
      const pane = mayBeThere(start) ? ownPane(start.agent, known) : undefined;
      return this.#request(start.agent, start.generation, pane?.id ?? null);
    });
  }

  #request(agent: ManagedAgent, generation: number, pane: string | null): LaunchRequest {
    const spec = effectiveSpec(agent);
    return {
      session: spec.name,
      pane,
      cwd: fs.existsSync(spec.cwd) ? spec.cwd : '/',
      argv: ['/bin/sh', this.#wrapper, spec.name, spec.type, String(generation)],
    };
  }
}

/** Its main pane. Where a start was not answered in time it is not recorded, but may be there all the same. */
function ownPane({ spec, record }: ManagedAgent, panes: readonly Pane[]): Pane | undefined {
  const own = panes.filter(({ session }) => session === spec.name);
  return own.find(({ id }) => id === record.pane) ?? (record.pane === null ? own.find(({ windowIndex }) => windowIndex === 0) : undefined);
}

function whyTmuxRefused(name: string, message: string): LaunchFailure {
  if (!message.startsWith('duplicate session')) return { passing: true, message: `tmux: ${message}` };
  const end = `muxward tmux kill-session -t =${name}`;
  return { passing: false, message: `a tmux session "${name}" is there that muxward did not start; end it: ${end}` };
}
