/** A declared agent becomes what the daemon starts it from: the caller's environment, and programs as found on its PATH. */
import type { DeclaredAgent, Project } from '../../config/project/project.ts';
import { InvalidConfig, type Fault } from '../../config/faults.ts';
import type { AgentDefaults } from '../../config/settings-defaults.ts';
import type { AgentSpec } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import { agentSpec, specRecovery } from '../agent-spec.ts';

/** @throws InvalidConfig where a program is missing, with all that are. */
export async function declaredSpecs(project: Project, agents: readonly DeclaredAgent[], defaults: AgentDefaults): Promise<Map<string, AgentSpec>> {
  const specs = new Map<string, AgentSpec>();
  const faults = new Map<string, Fault>();
  for (const agent of agents) {
    try {
      specs.set(agent.name, await specOf(project.name, agent, defaults));
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      const fault = project.faultAt(agent, 'command', `agents.${agent.entry}: ${error.message}`, error.hint ?? null);
      faults.set(`${fault.line}:${fault.message}`, fault);
    }
  }
  if (faults.size > 0) throw new InvalidConfig([...faults.values()]);
  return specs;
}

async function specOf(project: string, agent: DeclaredAgent, defaults: AgentDefaults): Promise<AgentSpec> {
  const { name, type, cwd, env, command } = agent;
  const flags = { type, project, env: Object.entries(env).map(([key, value]) => `${key}=${value}`) };
  // That it is known was checked with the rest of the file.
  const caller = { env: process.env, cwd, umask: process.umask(), defaults, types: () => [type] };
  const spec = await agentSpec(name, flags, command.length === 0 ? undefined : command, caller);
  const { labels, capabilities, prompt, model, permissionMode, role, restart, health, recovery, limits, declaredAs, hooks, alerts, worktree, checkpoint, claims, headless, budgetUsd, trust, allowedTools, mcpConfigs } = agent;
  const launch = { ...(trust === undefined ? {} : { trust }), ...(allowedTools === undefined ? {} : { allowedTools }), ...(mcpConfigs === undefined ? {} : { mcpConfigs }) };
  const optional = { ...specRecovery(recovery, spec.env, cwd), ...(alerts === undefined ? {} : { alerts }), ...(worktree === undefined ? {} : { worktree }), ...(checkpoint === undefined ? {} : { checkpoint }), ...(claims === undefined ? {} : { claims }) };
  return { ...spec, labels, capabilities, prompt, model, permissionMode, role, restart, health, limits, declaredAs, hooks, ...launch, ...optional, ...(headless ? { headless } : {}), ...(budgetUsd === undefined ? {} : { budgetUsd }) };
}
