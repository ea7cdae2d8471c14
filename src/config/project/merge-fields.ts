/** `defaults:` below an entry: the entry's own word wins, maps are joined key by key, lists are replaced. Pure. */
import { mergeHealth } from './health-fields.ts';
import type { AgentEntry, AgentFields } from './schema.ts';

export function mergeFields(defaults: AgentFields, entry: AgentEntry): AgentEntry {
  const merged: AgentEntry = { ...defaults, ...entry };
  if (entry.prompt !== undefined && entry.prompt_file === undefined) delete merged.prompt_file;
  if (entry.prompt_file !== undefined && entry.prompt === undefined) delete merged.prompt;
  return {
    ...merged,
    ...(defaults.env || entry.env ? { env: { ...defaults.env, ...entry.env } } : {}),
    ...(defaults.labels || entry.labels ? { labels: { ...defaults.labels, ...entry.labels } } : {}),
    ...(defaults.limits || entry.limits ? { limits: mergeLimits(defaults.limits, entry.limits) } : {}),
    ...(defaults.worktree !== undefined || entry.worktree !== undefined ? { worktree: mergeWorktree(defaults.worktree, entry.worktree) } : {}),
    ...(defaults.health || entry.health ? { health: mergeHealth(defaults.health ?? {}, entry.health ?? {}) } : {}),
  };
}

type Worktree = AgentFields['worktree'];

/** `true` and a branch's name leave the rest to the defaults; `false` means none, whatever they say. */
function mergeWorktree(defaults: Worktree, own: Worktree): NonNullable<Worktree> {
  if (own === undefined) return defaults ?? false;
  if (own === false || defaults === undefined || typeof defaults === 'boolean') return own;
  const base = typeof defaults === 'string' ? { branch: defaults } : defaults;
  return { ...base, ...(own === true ? {} : typeof own === 'string' ? { branch: own } : own) };
}

function mergeLimits(defaults: AgentEntry['limits'], own: AgentEntry['limits']): NonNullable<AgentEntry['limits']> {
  return { ...defaults, ...own, ...(defaults?.on || own?.on ? { on: { ...defaults?.on, ...own?.on } } : {}) };
}

/** Where in the file a field of an agent was said. */
export function sourceOfField(entry: string, own: Readonly<Record<string, unknown>>, field: string): (string | number)[] {
  return own[field] === undefined ? ['defaults', field] : ['agents', entry, field];
}
