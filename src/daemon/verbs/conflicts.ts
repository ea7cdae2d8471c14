/** `conflicts`, `conflicts show`, `conflicts resolve`: what is known of them, and the three ways out. */
import type { Conflict, ConflictHunks, ConflictsReply, ResolveReply, ResolveRequest } from '../../core/conflict.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isRunning } from '../../core/state.ts';
import { commitOf } from '../../worktrees/repository.ts';
import { saveWork } from '../../worktrees/save.ts';
import { mergedTexts, takeFiles } from '../../worktrees/work-state.ts';
import { placeOf } from '../worktrees/worktrees.ts';
import type { Daemon } from './context.ts';
import { input } from './terminal.ts';

const FILES_NAMED = 20;

export async function listConflicts({ conflicts }: Daemon): Promise<ConflictsReply> {
  const found = await conflicts.fresh();
  return { conflicts: found, worktrees: conflicts.worktrees() };
}

export async function showConflict(daemon: Daemon, id: string): Promise<ConflictHunks> {
  const { conflicts } = daemon;
  await conflicts.fresh();
  const conflict = conflicts.get(id);
  const { repository } = placeOf(daemon.registry.get(conflict.agents[0] ?? '').spec);
  const hunks = await mergedTexts(repository, await sidesOf(daemon, conflict), conflict.files, conflicts.objectsOf(repository));
  return { conflict, hunks, folders: foldersOf(daemon, conflict) };
}

async function sidesOf({ registry, conflicts }: Daemon, { agents, base }: Conflict): Promise<[string, string]> {
  const [one = '', other] = agents;
  const own = conflicts.stateOf(one).commit;
  if (other !== undefined) return [own, conflicts.stateOf(other).commit];
  const tip = await commitOf(placeOf(registry.get(one).spec).repository, `refs/heads/${base}`);
  if (tip === null) throw new MuxwardError('failed', `the branch ${base} is gone`, { hint: 'the conflict is over with it: muxward conflicts list' });
  return [own, tip];
}

function foldersOf({ registry }: Daemon, { agents }: Conflict): Record<string, string> {
  return Object.fromEntries(agents.map((name) => [name, placeOf(registry.get(name).spec).path]));
}

/** @throws MuxwardError `usage` where none of the ways, or more than one, is chosen. */
export async function resolveConflict(daemon: Daemon, id: string, request: ResolveRequest): Promise<ResolveReply> {
  await daemon.conflicts.fresh();
  const conflict = daemon.conflicts.get(id);
  const { keep, agent, manual } = request;
  const ways = [keep, agent, manual].filter((way) => way !== undefined && way !== false);
  if (ways.length !== 1) {
    throw new MuxwardError('usage', `conflicts resolve ${id}: which way?`, { hint: `one of --keep ${conflict.agents.join(' or ')}${conflict.base === null ? '' : ' or base'}, --agent NAME, --manual` });
  }
  if (keep !== undefined) return await keepOne(daemon, conflict, keep);
  return agent === undefined ? byHand(daemon, conflict) : await handTo(daemon, conflict, agent);
}

/** The other's files give way, saved first; it is held still meanwhile. */
async function keepOne(daemon: Daemon, conflict: Conflict, keep: string): Promise<ResolveReply> {
  const { registry, conflicts, lifecycle } = daemon;
  const { agents, base, kind, files, id } = conflict;
  const loser = kind === 'base' ? (keep === 'base' ? agents[0] : undefined) : agents.includes(keep) ? agents.find((name) => name !== keep) : undefined;
  if (loser === undefined) {
    const hint = kind === 'base' ? `--keep base takes the files of ${base}; to keep ${agents[0]}'s, let it merge ${base}: --agent ${agents[0]}` : `one of ${agents.join(', ')}`;
    throw new MuxwardError('usage', `--keep: "${keep}" cannot be kept in ${id}`, { hint });
  }
  const agent = registry.get(loser);
  const place = placeOf(agent.spec);
  const holds = isRunning(agent.record.state) && agent.record.state !== 'paused';
  if (holds) await lifecycle.halts.pause(agent, `paused while a conflict is resolved (${id})`);
  try {
    const { work } = await saveWork(loser, place, registry.clock.now());
    const [one, other] = await sidesOf(daemon, conflict);
    const winner = kind === 'base' ? other : agents[0] === keep ? one : other;
    await takeFiles(place.path, winner, files, { objects: conflicts.objectsOf(place.repository), umask: agent.spec.umask });
    const saved = work === null ? '' : `; what it had is saved: ${work}`;
    await conflicts.fresh();
    return { conflict, detail: `${loser} has ${keep === 'base' ? `${base}'s` : `${keep}'s`} ${filesInWords(files)} now${saved}` };
  } finally {
    if (holds && agent.record.state === 'paused') lifecycle.halts.resume(agent, 'resumed: the conflict is resolved');
  }
}

async function handTo(daemon: Daemon, conflict: Conflict, name: string): Promise<ResolveReply> {
  const agent = daemon.registry.get(name);
  await input(daemon, agent.spec.name, { text: askFor(daemon, conflict, agent.spec.name), submit: true });
  const updated = daemon.conflicts.update(conflict.id, { resolvedBy: agent.spec.name });
  return { conflict: updated, detail: `${agent.spec.name} is asked to resolve it; follow: muxward attach ${agent.spec.name}` };
}

/** One line: it is typed. */
function askFor(daemon: Daemon, conflict: Conflict, name: string): string {
  const { agents, base, files } = conflict;
  const named = files.slice(0, FILES_NAMED).join(', ');
  if (base !== null) return `Your branch no longer merges with ${base}, which has gone on: conflicts in ${named}. Merge ${base} into your branch and resolve them.`;
  const folders = foldersOf(daemon, conflict);
  const sides = agents.map((each) => `${each} in ${folders[each]}`).join(' and ');
  const task = agents.includes(name) ? 'Look at what the other did and change your files so that both merge' : 'Look at both and change the files of one so that they merge';
  return `Two agents change the same lines of ${named}: ${sides}. ${task}.`;
}

function byHand(daemon: Daemon, conflict: Conflict): ResolveReply {
  const folders = Object.entries(foldersOf(daemon, conflict)).map(([name, folder]) => `${name}: ${folder}`);
  const updated = daemon.conflicts.update(conflict.id, { resolvedBy: 'you' });
  return { conflict: updated, detail: `change ${filesInWords(conflict.files)} in ${folders.join(' or ')}${conflict.base === null ? '' : ` (git merge ${conflict.base})`}; it is resolved as soon as both merge` };
}

function filesInWords(files: readonly string[]): string {
  return files.length <= 3 ? files.join(', ') : `${files.slice(0, 3).join(', ')} and ${files.length - 3} more files`;
}
