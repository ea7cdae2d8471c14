/**
 * All commands by name: what `muxward --help` shows, and where the rest of each is loaded from when it is run.
 * Only the two that are called most, and often by programs, are loaded with it.
 */
import type { CommandEntry } from './command.ts';
import * as spawn from './commands/spawn.ts';
import * as status from './commands/status.ts';

export const COMMANDS: readonly CommandEntry[] = [
  { name: 'spawn', group: 'Start', summary: 'start an agent, or many', load: () => Promise.resolve(spawn), isAtHand: true },
  { name: 'up', group: 'Start', summary: "bring a project's muxward.yaml to life", load: () => import('./commands/up.ts') },
  { name: 'start', group: 'Start', summary: 'start agents that have ended', load: () => import('./commands/start.ts') },
  { name: 'restart', group: 'Start', summary: 'end agents and start them again', load: () => import('./commands/restart.ts') },

  { name: 'status', aliases: ['ls', 'ps'], group: 'Watch', summary: 'all agents and what they do', load: () => Promise.resolve(status), isAtHand: true },
  { name: 'attach', group: 'Watch', summary: "sit down at an agent's terminal", load: () => import('./commands/attach.ts') },
  { name: 'logs', group: 'Watch', summary: 'what agents have printed', load: () => import('./commands/logs.ts') },
  { name: 'transcript', group: 'Watch', summary: 'what was said, and what tools did', load: () => import('./commands/transcript.ts') },
  { name: 'capture', group: 'Watch', summary: "an agent's screen as it is now", load: () => import('./commands/capture.ts') },
  { name: 'inspect', group: 'Watch', summary: 'everything known of one agent', load: () => import('./commands/inspect.ts') },
  { name: 'explain', group: 'Watch', summary: 'why an agent counts as working, waiting or idle', load: () => import('./commands/explain.ts') },
  { name: 'top', group: 'Watch', summary: 'CPU and memory, live', load: () => import('./commands/top.ts') },
  { name: 'health', group: 'Watch', summary: 'probes and how they went', load: () => import('./commands/health.ts') },
  { name: 'cost', group: 'Watch', summary: 'what agents used, and what that costs', load: () => import('./commands/cost.ts') },
  { name: 'events', group: 'Watch', summary: 'what happened, and what happens', load: () => import('./commands/events.ts') },
  { name: 'alerts', group: 'Watch', summary: 'what needs you: list, acknowledge, silence, try', load: () => import('./commands/alerts.ts') },
  { name: 'monitor', group: 'Watch', summary: "watch a project's agents and their alerts", load: () => import('./commands/monitor.ts') },
  { name: 'agent', group: null, summary: 'agent explain NAME', load: () => import('./commands/agent.ts') },
  { name: 'queue', group: 'Watch', summary: "an agent's tasks", load: () => import('./commands/queue.ts') },

  { name: 'task', group: 'Work', summary: 'a queue of tasks: submit, list, result, cancel, retry', load: () => import('./commands/task.ts') },
  { name: 'progress', group: 'Work', summary: 'say how far a task has come, from inside it', load: () => import('./commands/progress.ts') },
  { name: 'run', group: 'Work', summary: 'run a plan of tasks, live', load: () => import('./commands/run.ts') },
  { name: 'plan', group: 'Work', summary: 'check and draw a plan of tasks', load: () => import('./commands/plan.ts') },

  { name: 'send', group: 'Talk', summary: 'type a text and submit it', load: () => import('./commands/send.ts') },
  { name: 'keys', group: 'Talk', summary: 'press keys', load: () => import('./commands/keys.ts') },
  { name: 'result', group: 'Talk', summary: "what came of a headless agent's last turn", load: () => import('./commands/result.ts') },
  { name: 'answer', group: 'Talk', summary: 'answer what an agent asks', load: () => import('./commands/answer.ts') },
  { name: 'interrupt', group: 'Talk', summary: 'make agents stop what they do, not end', load: () => import('./commands/interrupt.ts') },
  { name: 'wait', group: 'Talk', summary: 'wait until agents end, are ready or idle', load: () => import('./commands/wait.ts') },
  { name: 'msg', group: 'Talk', summary: 'messages between agents, and with you', load: () => import('./commands/msg.ts') },
  { name: 'heartbeat', group: 'Talk', summary: 'say that an agent lives, for --heartbeat', load: () => import('./commands/heartbeat.ts') },

  { name: 'stop', group: 'Stop', summary: 'end agents, gracefully, then by force', load: () => import('./commands/stop.ts') },
  { name: 'pause', group: 'Stop', summary: 'freeze agents', load: () => import('./commands/pause.ts') },
  { name: 'resume', group: 'Stop', summary: 'let frozen agents go on', load: () => import('./commands/resume.ts') },
  { name: 'rm', group: 'Stop', summary: 'forget agents that have ended', load: () => import('./commands/rm.ts') },
  { name: 'down', group: 'Stop', summary: "end what a project's muxward.yaml declares", load: () => import('./commands/down.ts') },

  { name: 'checkpoint', group: 'Go back', summary: "an agent's saved states", load: () => import('./commands/checkpoint.ts') },
  { name: 'rollback', group: 'Go back', summary: 'take an agent back, files and conversation', load: () => import('./commands/rollback.ts') },

  { name: 'worktree', group: 'Look after', summary: "agents' git worktrees: list, diff, merge, rm", load: () => import('./commands/worktree.ts') },
  { name: 'conflicts', group: 'Look after', summary: 'agents that change the same lines, and ways out', load: () => import('./commands/conflicts.ts') },
  { name: 'claim', group: 'Look after', summary: 'paths that an agent in a shared folder has for itself', load: () => import('./commands/claim.ts') },
  { name: 'claims', group: 'Look after', summary: 'who claims what, and what was broken', load: () => import('./commands/claims.ts') },
  { name: 'doctor', group: 'Look after', summary: 'check this machine, with remedies', load: () => import('./commands/doctor.ts') },
  { name: 'resources', group: 'Look after', summary: 'the machine, and how much more fits', load: () => import('./commands/resources.ts') },
  { name: 'budget', group: 'Look after', summary: 'what Claude Code agents may cost', load: () => import('./commands/budget.ts') },
  { name: 'cleanup', group: 'Look after', summary: 'remove what dead agents left behind', load: () => import('./commands/cleanup.ts') },
  { name: 'config', group: 'Look after', summary: 'show and check settings', load: () => import('./commands/config.ts') },
  { name: 'daemon', group: 'Look after', summary: 'start, stop, install the supervisor', load: () => import('./commands/daemon.ts') },
  { name: 'tmux', group: 'Look after', summary: "run tmux against muxward's server", load: () => import('./commands/tmux.ts') },
  { name: 'completion', group: 'Look after', summary: 'completion for bash, zsh or fish', load: () => import('./commands/completion.ts') },
  { name: 'version', group: 'Look after', summary: 'versions of muxward, Node and tmux', load: () => import('./commands/version.ts') },
  { name: '__names', group: null, summary: 'names of agents, for completion', load: () => import('./commands/names.ts') },
];

/** The command of that name or alias. */
export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name || entry.aliases?.includes(name));
}
