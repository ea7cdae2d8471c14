/** What a `muxward.yaml` declares, once it is read and found right. */
import type { AgentSpec } from '../../core/agent.ts';
import type { Fault } from '../faults.ts';
import type { Condition } from './schema.ts';

/** One agent as declared: an AgentSpec but for what only the caller's shell knows. */
export interface DeclaredAgent
  extends Pick<
    AgentSpec,
    'name' | 'type' | 'labels' | 'capabilities' | 'cwd' | 'prompt' | 'model' | 'permissionMode' | 'role' | 'restart' | 'health' | 'limits' | 'headless' | 'budgetUsd'
  > {
  /** The key of the file: with `instances`, several agents come from one entry. */
  readonly entry: string;
  /** As written: the program is not yet looked for. Empty where the type supplies it. */
  readonly command: readonly string[];
  /** What the file adds to the caller's environment. Values are secret. */
  readonly env: Readonly<Record<string, string>>;
  readonly hooks: NonNullable<AgentSpec['hooks']>;
  readonly alerts?: NonNullable<AgentSpec['alerts']>;
  /** Absent where it works in its folder as it is. */
  readonly worktree?: NonNullable<AgentSpec['worktree']>;
  /** As the settings say where absent. */
  readonly checkpoint?: NonNullable<AgentSpec['checkpoint']>;
  readonly claims?: NonNullable<AgentSpec['claims']>;
  readonly trust?: boolean;
  readonly allowedTools?: readonly string[];
  readonly mcpConfigs?: readonly string[];
  /** The program that is failed over to is as written. */
  readonly recovery: NonNullable<AgentSpec['recovery']>;
  /** Names of agents (not of entries) that come first, and what they must have reached. */
  readonly needs: readonly Need[];
  /** Hash of all that the file says of it, but for the order: AgentSpec.declaredAs. */
  readonly declaredAs: string;
}

export interface Need {
  readonly name: string;
  readonly condition: Condition;
}

export interface Project {
  readonly name: string;
  /** As the user would write it. */
  readonly file: string;
  /** Absolute; relative paths of the file start here. */
  readonly folder: string;
  /** In an order in which every agent comes after those it needs; otherwise as in the file. */
  readonly agents: readonly DeclaredAgent[];
  /** For what is found wrong later: a fault at a field of an agent, or at its name where the file does not say that field. */
  faultAt(agent: DeclaredAgent, field: string, message: string, hint: string | null): Fault;
}
