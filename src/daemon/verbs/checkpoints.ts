/** `checkpoint create list show diff verify prune export import`: an agent's saved states. */
import type { Routes } from '../../core/protocol.ts';
import { viewOf, type Checkpoint, type CheckpointDiff, type CheckpointView, type Piece } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { newId } from '../new-id.ts';
import type { Daemon } from './context.ts';

type Takes<R extends keyof Routes> = Routes[R]['takes'];
type Gives<R extends keyof Routes> = Routes[R]['gives'];

export async function createCheckpoint({ registry, checkpoints }: Daemon, { agent, message, ignored }: Takes<'POST /api/checkpoints'>): Promise<CheckpointView> {
  const made = await checkpoints.create(registry.get(agent), { trigger: 'hand', message, ignored });
  if (made === null) throw new MuxwardError('bug', 'a checkpoint asked for was not made');
  return viewOf(made);
}

/** Of one agent, also of one that is gone; or of all. @throws MuxwardError `not-found` */
export async function listCheckpoints(daemon: Daemon, { agent }: Takes<'GET /api/checkpoints'>): Promise<Gives<'GET /api/checkpoints'>> {
  if (daemon.checkpoints.isUnused) return { checkpoints: [], damaged: [] };
  const { manifests } = await daemon.checkpoints.vault();
  const lists = namesOf(daemon, manifests.agents(), agent).map((name) => ({ name, ...manifests.list(name) }));
  const checkpoints = lists.flatMap((list) => list.checkpoints).toSorted((a, b) => (a.at < b.at ? 1 : -1));
  return { checkpoints: checkpoints.map(viewOf), damaged: lists.flatMap(({ name, damaged }) => damaged.map((id) => ({ id, agent: name }))) };
}

function namesOf({ registry }: Daemon, known: readonly string[], agent: string | undefined): readonly string[] {
  if (agent === undefined) return known;
  return known.includes(agent) ? [agent] : [registry.get(agent).spec.name];
}

export async function showCheckpoint({ checkpoints }: Daemon, id: string): Promise<Gives<'GET /api/checkpoints/:id'>> {
  const [manifest, { piecesOf }] = await Promise.all([find(checkpoints, id), import('../../checkpoints/create.ts')]);
  const pieces = piecesOf(await checkpoints.vault(), manifest.agent);
  // What is damaged is told by verify: the rest can still be looked at.
  const read = async (piece: Piece | null): Promise<string | null> => (piece === null ? null : pieces.get(piece).then(String, () => null));
  const definition = await read(manifest.definition);
  return { ...viewOf(manifest), manifest, screen: await read(manifest.screen), definition: definition === null ? null : (JSON.parse(definition) as object) };
}

export async function diffCheckpoint({ checkpoints, registry }: Daemon, id: string): Promise<CheckpointDiff> {
  const [checkpoint, { diffSince }] = await Promise.all([find(checkpoints, id), import('../../checkpoints/diff.ts')]);
  const agent = registry.find(checkpoint.agent);
  return diffSince(await checkpoints.vault(), checkpoint, agent?.spec.cwd ?? checkpoint.cwd, agent?.spec.umask ?? 0o077);
}

/** Reads every byte of one, or of all. */
export async function verifyCheckpoints(daemon: Daemon, { id }: Takes<'POST /api/checkpoints/verify'>): Promise<Gives<'POST /api/checkpoints/verify'>> {
  const { checkpoints } = daemon;
  if (checkpoints.isUnused && id === undefined) return { checkpoints: [] };
  const [vault, { verifyCheckpoint }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/verify.ts')]);
  const lists = vault.manifests.agents().map((agent) => ({ agent, ...vault.manifests.list(agent) }));
  const chosen = id === undefined ? lists.flatMap((list) => list.checkpoints) : [await find(checkpoints, id)];
  const results: Gives<'POST /api/checkpoints/verify'>['checkpoints'][number][] = [];
  for (const one of chosen) results.push({ id: one.id, agent: one.agent, faults: await verifyCheckpoint(vault, one) });
  if (id === undefined) for (const { agent, damaged } of lists) results.push(...damaged.map((each) => ({ id: each, agent, faults: ['its manifest is damaged'] })));
  return { checkpoints: results };
}

/** With nothing said, what the settings say. */
export async function pruneCheckpoints(daemon: Daemon, { agent, keep, olderMs, dryRun }: Takes<'POST /api/checkpoints/prune'>): Promise<Gives<'POST /api/checkpoints/prune'>> {
  const { checkpoints, settings } = daemon;
  const nothing = { dryRun, removed: [], freedBytes: 0 };
  if (checkpoints.isUnused) return nothing;
  const [{ manifests }, { chooseToPrune }] = await Promise.all([checkpoints.vault(), import('../../checkpoints/prune.ts')]);
  const unlimited = { keep: Infinity, maxAgeMs: Infinity, maxBytes: Infinity };
  const said = { ...(keep === undefined ? {} : { keep }), ...(olderMs === undefined ? {} : { maxAgeMs: olderMs }) };
  const retention = Object.keys(said).length === 0 ? settings.checkpoint.retention : { ...unlimited, ...said };
  const removed: Checkpoint[] = [];
  let freedBytes = 0;
  for (const name of namesOf(daemon, manifests.agents(), agent)) {
    await checkpoints.inTurnOf(name, async () => {
      const chosen = chooseToPrune(manifests.list(name).checkpoints, retention, Date.now());
      removed.push(...chosen);
      if (!dryRun) freedBytes += await checkpoints.remove(name, chosen);
    });
  }
  return { dryRun, removed: removed.map(viewOf), freedBytes };
}

export async function exportCheckpoint({ checkpoints }: Daemon, { id, file }: Takes<'POST /api/checkpoints/export'>): Promise<Gives<'POST /api/checkpoints/export'>> {
  const [checkpoint, transfer] = await Promise.all([find(checkpoints, id), import('../../checkpoints/transfer.ts')]);
  return { file, ...(await transfer.exportCheckpoint(await checkpoints.vault(), checkpoint, file)) };
}

export async function importCheckpoint({ checkpoints, registry }: Daemon, { file, agent: name }: Takes<'POST /api/checkpoints/import'>): Promise<CheckpointView> {
  const { spec, record } = registry.get(name);
  const transfer = await import('../../checkpoints/transfer.ts');
  return checkpoints.inTurnOf(spec.name, async () => {
    const request = { file, id: newId('cp'), agent: spec.name, agentId: record.id, cwd: spec.cwd, umask: spec.umask };
    const made = await transfer.importCheckpoint(await checkpoints.vault(), request);
    registry.emit('checkpoint.created', spec.name, { id: made.id, trigger: 'import', bytes: made.bytes, notes: made.notes });
    return viewOf(made);
  });
}

/** @throws MuxwardError `not-found` or `refused` */
export async function find(checkpoints: Daemon['checkpoints'], id: string): Promise<Checkpoint> {
  return (await checkpoints.vault()).manifests.get(id);
}
