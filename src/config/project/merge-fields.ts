/** `defaults:` below an entry: the entry's own word wins, maps are joined key by key, lists are replaced. Pure. */
import { PROBES, type AgentEntry, type AgentFields } from './schema.ts';

export function mergeFields(defaults: AgentFields, entry: AgentEntry): AgentEntry {
  const merged: AgentEntry = { ...defaults, ...entry };
  if (entry.prompt !== undefined && entry.prompt_file === undefined) delete merged.prompt_file;
  if (entry.prompt_file !== undefined && entry.prompt === undefined) delete merged.prompt;
  return {
    ...merged,
    ...(defaults.env || entry.env ? { env: { ...defaults.env, ...entry.env } } : {}),
    ...(defaults.labels || entry.labels ? { labels: { ...defaults.labels, ...entry.labels } } : {}),
    ...(defaults.limits || entry.limits ? { limits: { ...defaults.limits, ...entry.limits } } : {}),
    ...(defaults.health || entry.health ? { health: mergeHealth(defaults.health ?? {}, entry.health ?? {}) } : {}),
  };
}

type Health = NonNullable<AgentFields['health']>;

/** An agent has one probe: its own replaces the default one, of whatever kind. */
function mergeHealth(defaults: Health, own: Health): Health {
  const hasOwnProbe = PROBES.some((probe) => own[probe] !== undefined);
  return hasOwnProbe ? { ...(defaults.interval === undefined ? {} : { interval: defaults.interval }), ...own } : { ...defaults, ...own };
}

/** Where in the file a field of an agent was said. */
export function sourceOfField(entry: string, own: Readonly<Record<string, unknown>>, field: string): (string | number)[] {
  return own[field] === undefined ? ['defaults', field] : ['agents', entry, field];
}
