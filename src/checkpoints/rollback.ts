/**
 * Going back. Intents are on disk before anything is touched: killed at any moment, the next process finishes what had
 * begun to change files, and undoes what had not. Stopping and starting the agent is the caller's.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Checkpoint, CheckpointRoot, RollbackPart } from '../core/checkpoint.ts';
import { makePrivateFolder } from '../config/private-folder.ts';
import { MuxwardError } from '../core/errors.ts';
import { outlastStrayGits } from '../system/working-gits.ts';
import { writePrivateFile } from '../system/secure-files.ts';
import { readConversation, writeConversation, type Transcript } from './conversation.ts';
import { createCheckpoint, piecesOf, type CheckpointRequest, type Vault } from './create.ts';
import { findRoot, type Root } from './find-root.ts';
import { inTurn } from './in-turn.ts';
import { findDifferences, findObstacles, type Difference, type Obstacles } from './obstacles.ts';
import { endReady, makeReady, putBack, type ReadyTree } from './restore-tree.ts';
import { openShadow, type Shadow } from './shadow.ts';
import { takeSnapshot, type SnapshotOptions } from './snapshot.ts';
import { glanceAt } from './verify.ts';

export interface RollbackJournal {
  readonly agent: string;
  readonly target: string;
  /** The checkpoint that holds what is undone; null until it is made. */
  readonly before: string | null;
  readonly part: RollbackPart;
  /** `preparing`: nothing was touched. `restoring`: finish it. `restored`: only the agent is still to be started. */
  readonly phase: 'preparing' | 'restoring' | 'restored';
  readonly cwd: string;
  readonly umask: number;
  readonly wasRunning: boolean;
  /** Which conversation the agent goes on in; null where that is not changed, `fresh` where it had none yet. */
  readonly transcript: Transcript | 'fresh' | null;
  readonly at: string;
}

function journalFile({ manifests }: Vault, agent: string): string {
  return path.join(manifests.agentFolder(agent), 'rollback.json');
}

/** The rollback that is under way, or was when a process was killed. */
export function readJournal(vault: Vault, agent: string): RollbackJournal | null {
  try {
    return JSON.parse(fs.readFileSync(journalFile(vault, agent), 'utf8')) as RollbackJournal;
  } catch {
    return null;
  }
}

/** @throws MuxwardError `storage` */
export function writeJournal(vault: Vault, journal: RollbackJournal): void {
  makePrivateFolder(vault.manifests.agentFolder(journal.agent));
  writePrivateFile(journalFile(vault, journal.agent), `${JSON.stringify(journal)}\n`, { fsync: true });
}

/** The rollback is over. What it undid is what the next `--undo` returns to. */
export function endJournal(vault: Vault, { agent, before, phase }: RollbackJournal): void {
  if (phase === 'restored' && before !== null) writePrivateFile(undoFile(vault, agent), JSON.stringify({ before }), { fsync: true });
  fs.rmSync(journalFile(vault, agent), { force: true });
}

/** The checkpoint that the last rollback made of what it undid. */
export function lastUndone(vault: Vault, agent: string): string | null {
  try {
    return (JSON.parse(fs.readFileSync(undoFile(vault, agent), 'utf8')) as { before: string }).before;
  } catch {
    return null;
  }
}

function undoFile({ manifests }: Vault, agent: string): string {
  return path.join(manifests.agentFolder(agent), 'undo.json');
}

/** Looks before anything is stopped. @throws MuxwardError `refused` where the target is damaged, with the one before it */
export async function refuseDamagedTarget(vault: Vault, target: Checkpoint): Promise<void> {
  const [fault] = await glanceAt(vault, target);
  if (fault !== undefined) throw new MuxwardError('refused', `the checkpoint ${target.id} is damaged: ${fault}`, { hint: await offerBefore(vault, target) });
}

async function offerBefore(vault: Vault, target: Checkpoint): Promise<string> {
  const { checkpoints } = vault.manifests.list(target.agent);
  for (const one of checkpoints) {
    if (one.at < target.at && one.trigger !== 'rollback' && (await glanceAt(vault, one)).length === 0) return `the one before it: muxward rollback ${target.agent} ${one.id}`;
  }
  return `there is none before it; muxward checkpoint list ${target.agent} shows the others`;
}

/**
 * Saves what is about to be undone, also what is ignored but stands in the way. Nothing is touched yet.
 * @throws MuxwardError `refused` where something stands in the way that cannot be saved
 */
export async function prepareRollback(vault: Vault, target: Checkpoint, part: RollbackPart, request: CheckpointRequest): Promise<Checkpoint> {
  const also: string[] = [];
  if (part !== 'conversation') {
    for (const { shadow, root } of await targetTrees(vault, target, request.cwd)) {
      const obstacles = await inTurn(shadow.root.path, () => foresee(vault, { shadow, root }, request.umask));
      if (obstacles.inTheWay.length > 0) throw inTheWay(obstacles.inTheWay);
      also.push(...obstacles.savable.map((file) => path.join(shadow.root.path, file)));
    }
  }
  const made = await createCheckpoint(vault, { ...request, onlyIfChanged: false, also });
  if (made === null) throw new MuxwardError('bug', 'a rollback saved nothing');
  return made;
}

async function foresee(vault: Vault, { shadow, root }: TargetTree, umask: number): Promise<Obstacles> {
  const now = await takeSnapshot(shadow, optionsOf(vault, umask));
  return findObstacles(shadow, now, await findDifferences(shadow, now, root));
}

function inTheWay([first = '', ...more]: readonly string[]): MuxwardError {
  return new MuxwardError('refused', `${first}${more.length === 0 ? '' : ` and ${more.length} more`} would be overwritten, and cannot be saved first`, {
    hint: 'move it away, or raise checkpoint.max_file in config.yaml',
  });
}

/**
 * Looks whether all trees can be put back from what `before` holds; nothing is touched. Give it to `carryOut`.
 * @throws MuxwardError `refused` where the target is damaged, `failed` where somebody wrote since `before` was made
 */
export async function readyTrees(vault: Vault, target: Checkpoint, before: Checkpoint, { part, cwd, umask }: RollbackJournal): Promise<ReadyTree[]> {
  const ready: ReadyTree[] = [];
  const hint = await offerBefore(vault, target);
  try {
    for (const tree of part === 'conversation' ? [] : await targetTrees(vault, target, cwd)) {
      const saved = before.roots.find((root) => root.path === tree.shadow.root.path);
      const changes = saved === undefined ? await changesFromDisk(vault, tree, umask) : await findDifferences(tree.shadow, saved, tree.root);
      ready.push(await makeReady(tree.shadow, changes, hint));
    }
    return ready;
  } catch (error) {
    for (const one of ready) endReady(one);
    throw error;
  }
}

/**
 * Restores what the journal says. Without `ready`, after a kill, it goes on from what lies on disk, and the same again
 * comes to the same. @throws MuxwardError
 */
export async function carryOut(vault: Vault, journal: RollbackJournal, ready: readonly ReadyTree[] | null = null): Promise<{ readonly files: number }> {
  const target = vault.manifests.get(journal.target);
  let files = 0;
  if (journal.part !== 'conversation') {
    for (const one of ready ?? []) files += await inTurn(one.shadow.root.path, async () => (await putBack(one, journal.umask)).changed);
    const left = ready === null ? await targetTrees(vault, target, journal.cwd) : [];
    for (const tree of left) files += await inTurn(tree.shadow.root.path, () => goOn(vault, target, tree, journal));
    fs.mkdirSync(journal.cwd, { recursive: true });
  }
  if (journal.transcript !== null && journal.transcript !== 'fresh') await restoreConversation(vault, target, journal.transcript);
  return { files };
}

async function goOn(vault: Vault, target: Checkpoint, tree: TargetTree, { umask }: RollbackJournal): Promise<number> {
  await outlastStrayGits(tree.shadow.folder);
  const changes = await changesFromDisk(vault, tree, umask);
  return (await putBack(await makeReady(tree.shadow, changes, await offerBefore(vault, target)), umask)).changed;
}

async function changesFromDisk(vault: Vault, { shadow, root }: TargetTree, umask: number): Promise<Difference[]> {
  const options = optionsOf(vault, umask);
  const seen = await takeSnapshot(shadow, options);
  const found = await findDifferences(shadow, seen, root);
  const { savable } = findObstacles(shadow, seen, found);
  if (savable.length === 0) return found;
  // Ignored files in the way are in the checkpoint that was made before.
  const now = await takeSnapshot(shadow, { ...options, also: savable });
  if (now.index !== shadow.index) fs.rmSync(now.index, { force: true });
  return findDifferences(shadow, now, root);
}

/** A conversation that is still as it was saved is simply taken up again. */
async function restoreConversation(vault: Vault, { agent, conversation }: Checkpoint, to: Transcript): Promise<void> {
  if (conversation === null || to.sessionId === conversation.sessionId) return;
  writeConversation(await readConversation(piecesOf(vault, agent), conversation), conversation.sessionId, to);
}

export interface TargetTree {
  readonly shadow: Shadow;
  readonly root: CheckpointRoot;
}

/** The trees of a checkpoint where they lie now. @throws MuxwardError `refused` where the agent works elsewhere now. */
export async function targetTrees(vault: Vault, target: Checkpoint, cwd: string): Promise<TargetTree[]> {
  const [main, ...nested] = target.roots;
  if (main === undefined) return [];
  const now = await rootNow(cwd, main, vault.places.home);
  const shadow = openShadow(vault.places.shadows, now, vault.places.home);
  if (shadow.storeDir !== main.gitDir) {
    throw new MuxwardError('refused', `the checkpoint ${target.id} is of ${main.path}, and ${target.agent} works in ${now.path} now`, {
      hint: `export it and import it there: muxward checkpoint export ${target.id}`,
    });
  }
  const inner = nested.map((root) => {
    const folder = path.join(now.path, path.relative(main.path, root.path));
    fs.mkdirSync(folder, { recursive: true });
    return { shadow: openShadow(vault.places.shadows, { path: folder, repository: null }, vault.places.home), root };
  });
  return [{ shadow, root: main }, ...inner];
}

async function rootNow(cwd: string, main: CheckpointRoot, home: string): Promise<Root> {
  // A folder of its own that is gone can be filled again; a work tree that is gone has lost its link to the repository.
  const start = fs.existsSync(cwd) ? cwd : main.path;
  if (main.kind === 'folder') fs.mkdirSync(start, { recursive: true });
  return findRoot(start, home);
}

export function optionsOf({ limits }: Vault, umask: number): SnapshotOptions {
  return { ...limits, ignored: false, umask };
}
